#!/usr/bin/env bash
# Every operation of the API once, each with the ids of those before it. Written by `make docs` from docs/openapi.yaml.
#
#   DP=http://127.0.0.1:8000 KEY=sk_test_… bash docs/curl/every_operation.sh
#
# KEY is the platform's own key of a sandbox (after `make up`: secret_key in var/demo.json). It stops at the first request that fails.
set -euo pipefail
: "${DP:?the base address, for example http://127.0.0.1:8000}" "${KEY:?a secret key, sk_test_…}"

run=$(date +%s)-$$  # addresses and keys of this run are its own
count=0
auth=(--silent --show-error -H "Authorization: Bearer $KEY")
json=(-H "Content-Type: application/json")

# What stands at a place in the last answer: pick units 0 id
pick() {
  python3 -c 'import json, sys
found = json.load(sys.stdin)
for step in sys.argv[1:]:
    found = found[int(step) if step.isdigit() else step]
print(found)' "$@" <<<"$answer"
}

# A new key for each request that changes something; to send a request again, send its key again.
fresh() { count=$((count + 1)); key="every-operation-$run-$count"; }

# Stops where the answer is another error than this one.
unless() {
  if [[ $answer == '{"error":'* && $answer != *"\"$1\""* ]]; then echo "$answer" >&2; exit 1; fi
}

said() { printf '%s\n  %s\n' "$1" "${answer:0:160}"; }

# --- customers ---

# POST /api/v1/customers
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/customers" -d @- <<JSON
{"email": "erin.east+$run@example.com", "name": "Erin East", "description": "Has rented before"}
JSON
)
said "Create customers: erin"
erin=$(pick id)

# POST /api/v1/customers
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/customers" -d @- <<JSON
{"email": "frank.fox+$run@example.com", "name": "Frank Fox"}
JSON
)
said "Create customers: frank"
frank=$(pick id)

# POST /api/v1/customers/{id}
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/customers/$erin" -d @- <<JSON
{"phone": "+1 614 555 0142"}
JSON
)
said "Update customers"

# DELETE /api/v1/customers/{id}
answer=$(curl --fail-with-body "${auth[@]}" --request DELETE "$DP/api/v1/customers/$frank")
said "Delete customers"

# GET /api/v1/customers
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/customers")
said "List customers"

# GET /api/v1/customers/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/customers/$erin")
said "Retrieve customers"

# GET /api/v1/customers/{id}/payment_methods
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/customers/$erin/payment_methods")
said "Read customers payment methods"

# --- tokens ---

# POST /api/v1/tokens
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/tokens" -d @- <<JSON
{"card": {"number": "4242424242424242", "exp_month": 11, "exp_year": 2029, "cvc": "314", "name": "Bob Brown"}}
JSON
)
said "Create tokens"
token=$(pick id)

# GET /api/v1/tokens/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/tokens/$token")
said "Retrieve tokens"

# --- users ---

# POST /api/v1/users
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/users" -d @- <<JSON
{"email": "alice.adams+$run@example.com", "name": "Alice Adams", "role": "landlord"}
JSON
)
said "Create users: landlord"
payee=$(pick payee)
landlord=$(pick id)

# POST /api/v1/users
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/users" -d @- <<JSON
{"email": "bob.brown+$run@example.com", "name": "Bob Brown", "role": "renter"}
JSON
)
said "Create users: renter"
renter=$(pick id)

# POST /api/v1/users
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/users" -d @- <<JSON
{"email": "carol.clark+$run@example.com", "name": "Carol Clark", "role": "renter"}
JSON
)
said "Create users: mate"
mate=$(pick id)

# GET /api/v1/users
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/users")
said "List users"

# GET /api/v1/users/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/users/$renter")
said "Retrieve users"

# GET /api/v1/users/search
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "query=created>1767225600" "$DP/api/v1/users/search")
said "Read users search"

# --- arrears_policies ---

# POST /api/v1/arrears_policies
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/arrears_policies" -d @- <<JSON
{"payee": "$payee", "steps": [{"kind": "reminder", "days_after_due": 2}, {"kind": "late_fee"}, {"kind": "notice", "days_after_due": 7, "wording": "Please call me."}, {"kind": "staff", "days_after_due": 12}]}
JSON
)
said "Create arrears policies"
arrears_policy=$(pick id)

# GET /api/v1/arrears_policies
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/arrears_policies")
said "List arrears policies"

# GET /api/v1/arrears_policies/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/arrears_policies/$arrears_policy")
said "Retrieve arrears policies"

# --- bank-accounts ---

# POST /api/v1/bank-accounts
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/bank-accounts" -d @- <<JSON
{"user": "$renter", "account_holder_name": "Bob Brown", "routing_number": "110000000", "account_type": "checking", "account_number": "000123456789"}
JSON
)
said "Create bank accounts: bank"
bank=$(pick id)

# POST /api/v1/bank-accounts
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/bank-accounts" -d @- <<JSON
{"user": "$renter", "account_holder_name": "Bob Brown", "routing_number": "110000000", "account_type": "checking", "account_number": "000111111116"}
JSON
)
said "Create bank accounts: unproven_bank"
unproven_bank=$(pick id)

# POST /api/v1/bank-accounts
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/bank-accounts" -d @- <<JSON
{"user": "$renter", "account_holder_name": "Bob Brown", "routing_number": "110000000", "account_type": "checking", "account_number": "000111111116"}
JSON
)
said "Create bank accounts: setup_bank"
setup_bank=$(pick id)

# POST /api/v1/bank-accounts
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/bank-accounts" -d @- <<JSON
{"user": "$landlord", "account_holder_name": "Alice Adams", "routing_number": "110000000", "account_type": "checking", "account_number": "000123456789"}
JSON
)
said "Create bank accounts: owners_bank"
owners_bank=$(pick id)

# POST /api/v1/bank-accounts
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/bank-accounts" -d @- <<JSON
{"user": "$landlord", "account_holder_name": "Alice Adams", "routing_number": "110000000", "account_type": "checking", "account_number": "000123456789"}
JSON
)
said "Create bank accounts: trust_account"
trust_account=$(pick id)

# POST /api/v1/bank-accounts/{id}/verify
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/bank-accounts/$bank/verify" -d @- <<JSON
{"amounts": [32, 45]}
JSON
)
said "Verify bank accounts: deposits"

# POST /api/v1/bank-accounts/{id}/verify
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/bank-accounts/$owners_bank/verify" -d @- <<JSON
{"amounts": [32, 45]}
JSON
)
said "Verify bank accounts: owners_deposits"

# POST /api/v1/bank-accounts/{id}/verify
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/bank-accounts/$trust_account/verify" -d @- <<JSON
{"amounts": [32, 45]}
JSON
)
said "Verify bank accounts: trust_deposits"

# GET /api/v1/bank-accounts
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/bank-accounts")
said "List bank accounts"

# GET /api/v1/bank-accounts/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/bank-accounts/$bank")
said "Retrieve bank accounts"

# GET /api/v1/bank-accounts/{id}/mandate_text
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/bank-accounts/$bank/mandate_text")
said "Read bank accounts mandate text"

# GET /api/v1/bank-accounts/search
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "query=created>1767225600" "$DP/api/v1/bank-accounts/search")
said "Read bank accounts search"

# --- mandates ---

# POST /api/v1/mandates
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/mandates" -d @- <<JSON
{"bank_account": "$bank", "language": "en", "customer_acceptance": {"type": "online", "online": {"ip_address": "192.0.2.7", "user_agent": "Mozilla/5.0"}}}
JSON
)
said "Create mandates: mandate"
mandate=$(pick id)

# POST /api/v1/mandates
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/mandates" -d @- <<JSON
{"bank_account": "$bank", "language": "en", "customer_acceptance": {"type": "online", "online": {"ip_address": "192.0.2.7", "user_agent": "Mozilla/5.0"}}}
JSON
)
said "Create mandates: mandate_taken_back"
mandate_taken_back=$(pick id)

# POST /api/v1/mandates/{id}/revoke
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/mandates/$mandate_taken_back/revoke" -d @- <<JSON
{}
JSON
)
said "Revoke mandates"

# GET /api/v1/mandates
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/mandates")
said "List mandates"

# GET /api/v1/mandates/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/mandates/$mandate")
said "Retrieve mandates"

# --- notification_preferences ---

# POST /api/v1/notification_preferences
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/notification_preferences" -d @- <<JSON
{"user": "$renter", "kinds": {"statement": "off"}}
JSON
)
said "Update notification preferences"

# GET /api/v1/notification_preferences
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "user=$renter" "$DP/api/v1/notification_preferences")
said "Retrieve notification preferences"

# --- payment_methods ---

# POST /api/v1/payment_methods
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_methods" -d @- <<JSON
{"type": "card", "card": {"token": "$token"}}
JSON
)
said "Create payment methods: card"
card=$(pick id)

# POST /api/v1/payment_methods
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_methods" -d @- <<JSON
{"type": "card", "card": {"token": "tok_visa"}}
JSON
)
said "Create payment methods: spare_card"
spare_card=$(pick id)

# POST /api/v1/payment_methods/{id}
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_methods/$card" -d @- <<JSON
{"card": {"exp_year": 2030}, "metadata": {"note": "renewed"}}
JSON
)
said "Update payment methods"

# POST /api/v1/payment_methods/{id}/attach
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_methods/$card/attach" -d @- <<JSON
{"customer": "$renter"}
JSON
)
said "Attach payment methods"

# POST /api/v1/payment_methods/{id}/detach
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_methods/$spare_card/detach" -d @- <<JSON
{}
JSON
)
said "Detach payment methods"

# GET /api/v1/payment_methods
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payment_methods")
said "List payment methods"

# GET /api/v1/payment_methods/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payment_methods/$card")
said "Retrieve payment methods"

# --- properties ---

# POST /api/v1/properties
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/properties" -d @- <<JSON
{"landlord": "$landlord", "name": "Linden House", "timezone": "America/New_York", "address": {"line1": "114 Linden St", "city": "Columbus", "state": "OH", "postal_code": "43215"}, "units": [{"name": "2B"}]}
JSON
)
said "Create properties"
property=$(pick id)
unit=$(pick units 0 id)

# GET /api/v1/properties
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/properties")
said "List properties"

# GET /api/v1/properties/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/properties/$property")
said "Retrieve properties"

# GET /api/v1/properties/search
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "query=created>1767225600" "$DP/api/v1/properties/search")
said "Read properties search"

# --- bank_charges ---

# POST /api/v1/bank_charges
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/bank_charges" -d @- <<JSON
{"property": "$property", "amount": 1200, "currency": "usd", "description": "Returned item fee"}
JSON
)
said "Create bank charges"
bank_charge=$(pick id)

# GET /api/v1/bank_charges
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/bank_charges")
said "List bank charges"

# GET /api/v1/bank_charges/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/bank_charges/$bank_charge")
said "Retrieve bank charges"

# --- setup_intents ---

# POST /api/v1/setup_intents
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/setup_intents" -d @- <<JSON
{"customer": "$renter", "payment_method_types": ["card"]}
JSON
)
said "Create setup intents: setup"
setup=$(pick id)

# POST /api/v1/setup_intents
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/setup_intents" -d @- <<JSON
{"customer": "$renter", "payment_method": "$setup_bank", "confirm": true, "mandate_data": {"customer_acceptance": {"type": "online", "online": {"ip_address": "192.0.2.7", "user_agent": "Mozilla/5.0"}}}}
JSON
)
said "Create setup intents: bank_setup"
bank_setup=$(pick id)

# POST /api/v1/setup_intents
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/setup_intents" -d @- <<JSON
{"usage": "on_session"}
JSON
)
said "Create setup intents: dropped_setup"
dropped_setup=$(pick id)

# POST /api/v1/setup_intents/{id}
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/setup_intents/$setup" -d @- <<JSON
{"description": "For next year"}
JSON
)
said "Update setup intents"

# POST /api/v1/setup_intents/{id}/cancel
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/setup_intents/$dropped_setup/cancel" -d @- <<JSON
{"cancellation_reason": "abandoned"}
JSON
)
said "Cancel setup intents"

# POST /api/v1/setup_intents/{id}/confirm
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/setup_intents/$setup/confirm" -d @- <<JSON
{"payment_method": "pm_card_visa"}
JSON
)
said "Confirm setup intents"

# POST /api/v1/setup_intents/{id}/verify_microdeposits
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/setup_intents/$bank_setup/verify_microdeposits" -d @- <<JSON
{"amounts": [32, 45]}
JSON
)
said "Verify microdeposits setup intents"

# GET /api/v1/setup_intents
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/setup_intents")
said "List setup intents"

# GET /api/v1/setup_intents/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/setup_intents/$setup")
said "Retrieve setup intents"

# --- trust_banks ---

# POST /api/v1/trust_banks
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/trust_banks" -d @- <<JSON
{"bank_account": "$trust_account", "state": "OH"}
JSON
)
said "Create trust banks"
trust_bank=$(pick id)

# POST /api/v1/trust_banks/{id}/replace_account
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/trust_banks/$trust_bank/replace_account" -d @- <<JSON
{"bank_account": "$trust_account"}
JSON
)
said "Replace account trust banks"

# GET /api/v1/trust_banks
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/trust_banks")
said "List trust banks"

# GET /api/v1/trust_banks/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/trust_banks/$trust_bank")
said "Retrieve trust banks"

# --- units ---

# POST /api/v1/units
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/units" -d @- <<JSON
{"property": "$property", "name": "3A"}
JSON
)
said "Create units: another_unit"
another_unit=$(pick id)

# POST /api/v1/units
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/units" -d @- <<JSON
{"property": "$property", "name": "4C"}
JSON
)
said "Create units: shared_unit"
shared_unit=$(pick id)

# POST /api/v1/units
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/units" -d @- <<JSON
{"property": "$property", "name": "5D"}
JSON
)
said "Create units: next_unit"
next_unit=$(pick id)

# GET /api/v1/units
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/units")
said "List units"

# GET /api/v1/units/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/units/$unit")
said "Retrieve units"

# GET /api/v1/units/search
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "query=created>1767225600" "$DP/api/v1/units/search")
said "Read units search"

# --- leases ---

# POST /api/v1/leases
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases" -d @- <<JSON
{"unit": "$unit", "renters": [{"user": "$renter"}], "rent_amount": 150000, "start_date": "2026-11-01", "end_date": "2027-10-31", "due_day": 1, "late_fee": {"grace_days": 0, "percent": "5", "cap_amount": 5000, "mode": "proposed", "returned_payment_fee": 2500}}
JSON
)
said "Create leases: lease"
charge=$(pick schedule 0 id)
lease=$(pick id)

# POST /api/v1/leases
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases" -d @- <<JSON
{"unit": "$another_unit", "renters": [{"user": "$renter", "share": {"weight": 1}}], "rent_amount": 40000, "start_date": "2026-12-01", "end_date": "2027-10-31"}
JSON
)
said "Create leases: lease_in_shares"
lease_in_shares=$(pick id)

# POST /api/v1/leases
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases" -d @- <<JSON
{"unit": "$shared_unit", "renters": [{"user": "$renter", "share": {"weight": 1}}, {"user": "$mate", "share": {"weight": 1}}], "rent_amount": 150000, "start_date": "2026-11-01", "end_date": "2027-10-31", "due_day": 1}
JSON
)
said "Create leases: lease_of_mates"
lease_of_mates=$(pick id)

# POST /api/v1/leases/{id}/charges
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease/charges" -d @- <<JSON
{"category": "utilities", "amount": 4200, "description": "Water, October"}
JSON
)
said "Charges leases: water"
water=$(pick id)

# POST /api/v1/leases/{id}/charges
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease/charges" -d @- <<JSON
{"category": "rent", "amount": 30000, "description": "The last days of October", "due_date": "2026-11-01"}
JSON
)
said "Charges leases: october"
october=$(pick id)

# POST /api/v1/leases/{id}/credits
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease/credits" -d @- <<JSON
{"amount": 4200, "reason": "The meter was read wrongly", "charge": "$water"}
JSON
)
said "Credits leases: credit"
credit=$(pick id)

# POST /api/v1/leases/{id}/credits
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease_of_mates/credits" -d @- <<JSON
{"amount": 80000, "reason": "He painted the stairs", "renter": "$renter"}
JSON
)
said "Credits leases: credit_of_one"

# POST /api/v1/leases/{id}/end
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease/end" -d @- <<JSON
{"end_date": "2027-09-30"}
JSON
)
said "End leases"

# POST /api/v1/leases/{id}/late_fee
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease/late_fee" -d @- <<JSON
{"grace_days": 5, "flat_amount": 5000}
JSON
)
said "Late fee leases"
policy=$(pick id)

# POST /api/v1/leases/{id}/late_fees
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease/late_fees" -d @- <<JSON
{"charge": "$charge"}
JSON
)
said "Late fees leases: late_fee"
late_fee=$(pick id)

# POST /api/v1/leases/{id}/late_fees
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease/late_fees" -d @- <<JSON
{"charge": "$october"}
JSON
)
said "Late fees leases: dismissed"
dismissed=$(pick id)

# POST /api/v1/leases/{id}/move
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease_of_mates/move" -d @- <<JSON
{"unit": "$next_unit", "from_date": "2027-02-01", "rent_amount": 160000}
JSON
)
said "Move leases"

# POST /api/v1/leases/{id}/payment_plans
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease/payment_plans" -d @- <<JSON
{"installments": 2, "start_date": "2026-11-15"}
JSON
)
said "Payment plans leases"
payment_plan=$(pick id)

# POST /api/v1/leases/{id}/payment_policy
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease_in_shares/payment_policy" -d @- <<JSON
{"partial_payments": "minimum", "minimum_amount": 10000, "order": "categories", "categories": ["rent", "utilities"]}
JSON
)
said "Payment policy leases"

# POST /api/v1/leases/{id}/renew
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease/renew" -d @- <<JSON
{"end_date": "2028-10-31"}
JSON
)
said "Renew leases"

# POST /api/v1/leases/{id}/rent_steps
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease/rent_steps" -d @- <<JSON
{"from_date": "2027-11-01", "rent_amount": 155000}
JSON
)
said "Rent steps leases"

# POST /api/v1/leases/{id}/shares
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease_in_shares/shares" -d @- <<JSON
{"from_date": "2027-01-01", "renters": [{"user": "$renter", "share": {"weight": 2}}]}
JSON
)
said "Shares leases"

# POST /api/v1/leases/{id}/transfers
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease_of_mates/transfers" -d @- <<JSON
{"from_renter": "$renter", "to_renter": "$mate", "amount": 5000, "reason": "As both have agreed"}
JSON
)
said "Transfers leases"
credit_transfer=$(pick id)

# GET /api/v1/leases
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/leases")
said "List leases"

# GET /api/v1/leases/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/leases/$lease")
said "Retrieve leases"

# GET /api/v1/leases/{id}/allocation
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/leases/$lease/allocation")
said "Read leases allocation"

# GET /api/v1/leases/{id}/arrears
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/leases/$lease/arrears")
said "Read leases arrears"

# GET /api/v1/leases/{id}/autopay
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/leases/$lease/autopay")
said "Read leases autopay"

# GET /api/v1/leases/{id}/balance
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/leases/$lease/balance")
said "Read leases balance"

# GET /api/v1/leases/{id}/deposit
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/leases/$lease/deposit")
said "Read leases deposit"

# GET /api/v1/leases/{id}/move_out
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/leases/$lease/move_out")
said "Read leases move out"

# GET /api/v1/leases/{id}/schedule
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/leases/$lease/schedule")
said "Read leases schedule"

# GET /api/v1/leases/search
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "query=created>1767225600" "$DP/api/v1/leases/search")
said "Read leases search"

# --- payment_plans ---

# POST /api/v1/payment_plans/{id}/accept
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_plans/$payment_plan/accept" -d @- <<JSON
{}
JSON
)
said "Accept payment plans"

# POST /api/v1/payment_plans/{id}/cancel
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_plans/$payment_plan/cancel" -d @- <<JSON
{}
JSON
)
said "Cancel payment plans"

# GET /api/v1/payment_plans
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payment_plans")
said "List payment plans"

# GET /api/v1/payment_plans/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payment_plans/$payment_plan")
said "Retrieve payment plans"

# --- autopays ---

# POST /api/v1/autopays
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/autopays" -d @- <<JSON
{"lease": "$lease", "bank_account": "$bank", "mandate": "$mandate", "cap_percent": 20}
JSON
)
said "Create autopays"
autopay=$(pick id)

# POST /api/v1/autopays/{id}
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/autopays/$autopay" -d @- <<JSON
{"mode": "up_to", "amount": 200000}
JSON
)
said "Update autopays"

# POST /api/v1/autopays/{id}/pause
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/autopays/$autopay/pause" -d @- <<JSON
{"reason": "on holiday"}
JSON
)
said "Pause autopays"

# POST /api/v1/autopays/{id}/resume
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/autopays/$autopay/resume" -d @- <<JSON
{}
JSON
)
said "Resume autopays"

# POST /api/v1/autopays/{id}/skip
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/autopays/$autopay/skip" -d @- <<JSON
{}
JSON
)
said "Skip autopays"

# POST /api/v1/autopays/{id}/turn_off
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/autopays/$autopay/turn_off" -d @- <<JSON
{}
JSON
)
said "Turn off autopays"

# GET /api/v1/autopays
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/autopays")
said "List autopays"

# GET /api/v1/autopays/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/autopays/$autopay")
said "Retrieve autopays"

# GET /api/v1/autopays/{id}/runs
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/autopays/$autopay/runs")
said "Read autopays runs"

# --- late_fees ---

# POST /api/v1/late_fees/{id}/approve
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/late_fees/$late_fee/approve" -d @- <<JSON
{}
JSON
)
said "Approve late fees"

# POST /api/v1/late_fees/{id}/dismiss
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/late_fees/$dismissed/dismiss" -d @- <<JSON
{}
JSON
)
said "Dismiss late fees"

# POST /api/v1/late_fees/{id}/waive
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/late_fees/$late_fee/waive" -d @- <<JSON
{"amount": 2000, "reason": "The bank was slow"}
JSON
)
said "Waive late fees"

# GET /api/v1/late_fees
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/late_fees")
said "List late fees"

# GET /api/v1/late_fees/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/late_fees/$late_fee")
said "Retrieve late fees"

# --- move_outs ---

# POST /api/v1/move_outs
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/move_outs" -d @- <<JSON
{"lease": "$lease", "moved_out_on": "2026-11-02", "damages": [{"description": "A new door", "amount": 30000}]}
JSON
)
said "Create move outs"
move_out=$(pick id)

# POST /api/v1/move_outs/{id}/cancel
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/move_outs/$move_out/cancel" -d @- <<JSON
{}
JSON
)
said "Cancel move outs"

# GET /api/v1/move_outs
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/move_outs")
said "List move outs"

# GET /api/v1/move_outs/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/move_outs/$move_out")
said "Retrieve move outs"

# --- payments ---

# POST /api/v1/payments
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payments" -d @- <<JSON
{"lease": "$lease", "rail": "instant", "bank_account": "$bank"}
JSON
)
said "Create payments: payment"
account=$(pick applies_to)
payment=$(pick id)

# POST /api/v1/payments
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payments" -d @- <<JSON
{"lease": "$lease_in_shares", "rail": "instant", "bank_account": "$bank", "amount": 15000}
JSON
)
said "Create payments: paid_ahead"

# POST /api/v1/payments
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payments" -d @- <<JSON
{"lease": "$lease", "rail": "ach", "bank_account": "$bank", "amount": 10000, "metadata": {"note": "called off"}}
JSON
)
said "Create payments: called_off"
called_off=$(pick id)

# POST /api/v1/payments/{id}/cancel
fresh
answer=$(curl "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payments/$called_off/cancel" -d @- <<JSON
{}
JSON
)
said "Cancel payments"
unless payment_not_cancelable  # which is an answer too

# GET /api/v1/payments
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payments")
said "List payments"

# GET /api/v1/payments/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payments/$payment")
said "Retrieve payments"

# GET /api/v1/payments/{id}/history
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payments/$payment/history")
said "Read payments history"
event=$(pick data 0 id)

# GET /api/v1/payments/{id}/receipt
answer=$(curl "${auth[@]}" "$DP/api/v1/payments/$payment/receipt" | tr -d '\0')
said "Read payments receipt"
unless receipt_not_ready  # which is an answer too

# GET /api/v1/payments/search
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "query=created>1767225600" "$DP/api/v1/payments/search")
said "Read payments search"

# --- payment_intents ---

# POST /api/v1/payment_intents
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_intents" -d @- <<JSON
{"amount": 60000, "currency": "usd", "customer": "$renter", "lease": "$lease", "payment_method_types": ["us_bank_account"]}
JSON
)
said "Create payment intents: intent"
intent=$(pick id)

# POST /api/v1/payment_intents
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_intents" -d @- <<JSON
{"amount": 25000, "currency": "usd", "lease": "$lease", "payment_method": "$unproven_bank", "confirm": true}
JSON
)
said "Create payment intents: unproven_intent"
unproven_intent=$(pick id)

# POST /api/v1/payment_intents
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_intents" -d @- <<JSON
{"amount": 150000, "currency": "usd"}
JSON
)
said "Create payment intents: dropped_intent"
dropped_intent=$(pick id)

# POST /api/v1/payment_intents
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_intents" -d @- <<JSON
{"amount": 30000, "currency": "usd", "customer": "$renter", "lease": "$lease", "payment_method": "$card", "capture_method": "manual", "confirm": true}
JSON
)
said "Create payment intents: card_intent"
card_intent=$(pick id)

# POST /api/v1/payment_intents/{id}
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_intents/$intent" -d @- <<JSON
{"description": "Part of December"}
JSON
)
said "Update payment intents"

# POST /api/v1/payment_intents/{id}/cancel
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_intents/$dropped_intent/cancel" -d @- <<JSON
{"cancellation_reason": "abandoned"}
JSON
)
said "Cancel payment intents"

# POST /api/v1/payment_intents/{id}/capture
fresh
answer=$(curl "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_intents/$card_intent/capture" -d @- <<JSON
{"amount_to_capture": 20000}
JSON
)
said "Capture payment intents"
unless payment_intent_unexpected_state  # which is an answer too

# POST /api/v1/payment_intents/{id}/confirm
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_intents/$intent/confirm" -d @- <<JSON
{"payment_method": "$bank"}
JSON
)
said "Confirm payment intents"

# POST /api/v1/payment_intents/{id}/verify_microdeposits
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payment_intents/$unproven_intent/verify_microdeposits" -d @- <<JSON
{"amounts": [32, 45]}
JSON
)
said "Verify microdeposits payment intents"

# GET /api/v1/payment_intents
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payment_intents")
said "List payment intents"

# GET /api/v1/payment_intents/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payment_intents/$intent")
said "Retrieve payment intents"

# GET /api/v1/payment_intents/search
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "query=status:'canceled'" "$DP/api/v1/payment_intents/search")
said "Read payment intents search"

# --- receipts ---

# POST /api/v1/receipts
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/receipts" -d @- <<JSON
{"lease": "$lease", "amount": 20000, "method": "check", "number": "1042"}
JSON
)
said "Create receipts"
receipt=$(pick id)

# POST /api/v1/receipts/{id}/bank
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/receipts/$receipt/bank" -d @- <<JSON
{}
JSON
)
said "Bank receipts"

# POST /api/v1/receipts/{id}/bounce
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/receipts/$receipt/bounce" -d @- <<JSON
{"bounced_on": "2026-11-02"}
JSON
)
said "Bounce receipts"

# GET /api/v1/receipts
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/receipts")
said "List receipts"

# GET /api/v1/receipts/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/receipts/$receipt")
said "Retrieve receipts"

# --- sandbox ---

# POST /api/v1/sandbox/clock/advance
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/sandbox/clock/advance" -d @- <<JSON
{"seconds": 60}
JSON
)
said "Advance sandbox clock"

# GET /api/v1/sandbox/clock
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/sandbox/clock")
said "Retrieve sandbox clock"

# --- refunds ---

# POST /api/v1/refunds
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/refunds" -d @- <<JSON
{"payment": "$payment", "amount": 2000, "reason": "requested_by_customer"}
JSON
)
said "Create refunds"
refund=$(pick id)

# POST /api/v1/refunds/{id}
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/refunds/$refund" -d @- <<JSON
{"metadata": {"ticket": "7"}}
JSON
)
said "Update refunds"

# GET /api/v1/refunds
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/refunds")
said "List refunds"

# GET /api/v1/refunds/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/refunds/$refund")
said "Retrieve refunds"

# --- overpayment_refunds ---

# POST /api/v1/leases/{id}/overpayment_refunds
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/leases/$lease_in_shares/overpayment_refunds" -d @- <<JSON
{"amount": 4000}
JSON
)
said "Overpayment refunds leases"
overpayment_refund=$(pick id)

# GET /api/v1/overpayment_refunds
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/overpayment_refunds")
said "List overpayment refunds"

# GET /api/v1/overpayment_refunds/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/overpayment_refunds/$overpayment_refund")
said "Retrieve overpayment refunds"

# --- payouts ---

# POST /api/v1/payouts
fresh
answer=$(curl --fail-with-body "${auth[@]}" "${json[@]}" -H "Idempotency-Key: $key" "$DP/api/v1/payouts" -d @- <<JSON
{"amount": 50000, "currency": "usd", "bank_account": "$owners_bank"}
JSON
)
said "Create payouts"
payout=$(pick id)

# GET /api/v1/payouts
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payouts")
said "List payouts"

# GET /api/v1/payouts/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payouts/$payout")
said "Retrieve payouts"

# --- credits ---

# GET /api/v1/credits
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/credits")
said "List credits"

# GET /api/v1/credits/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/credits/$credit")
said "Retrieve credits"

# --- events ---

# GET /api/v1/events
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/events")
said "List events"

# GET /api/v1/events/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/events/$event")
said "Retrieve events"

# --- late_fee_policies ---

# GET /api/v1/late_fee_policies
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/late_fee_policies")
said "List late fee policies"

# GET /api/v1/late_fee_policies/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/late_fee_policies/$policy")
said "Retrieve late fee policies"

# --- late_fee_presets ---

# GET /api/v1/late_fee_presets
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/late_fee_presets")
said "Get late fee presets"

# --- ledger ---

# GET /api/v1/ledger/accounts
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/ledger/accounts")
said "List ledger accounts"

# GET /api/v1/ledger/accounts/{id}
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "as_of=2026-11-30" "$DP/api/v1/ledger/accounts/$account")
said "Retrieve ledger accounts"

# GET /api/v1/ledger/transactions
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/ledger/transactions")
said "List ledger transactions"
transaction=$(pick data 0 id)

# GET /api/v1/ledger/transactions/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/ledger/transactions/$transaction")
said "Retrieve ledger transactions"

# GET /api/v1/ledger/trial_balance
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/ledger/trial_balance")
said "Get ledger trial balance"

# --- payees ---

# GET /api/v1/payees
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payees")
said "List payees"

# GET /api/v1/payees/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/payees/$payee")
said "Retrieve payees"

# --- reports ---

# GET /api/v1/reports/aging
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "as_of=2026-11-02" --data-urlencode "landlord=$landlord" "$DP/api/v1/reports/aging")
said "Get reports aging"

# GET /api/v1/reports/owner_statement
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "end_date=2026-11-30" --data-urlencode "landlord=$landlord" --data-urlencode "start_date=2026-11-01" "$DP/api/v1/reports/owner_statement")
said "Get reports owner statement"

# GET /api/v1/reports/rent_roll
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "as_of=2026-11-02" --data-urlencode "landlord=$landlord" "$DP/api/v1/reports/rent_roll")
said "Get reports rent roll"

# GET /api/v1/reports/schedule_e
answer=$(curl --fail-with-body "${auth[@]}" --get --data-urlencode "landlord=$landlord" --data-urlencode "year=2026" "$DP/api/v1/reports/schedule_e")
said "Get reports schedule e"

# --- transfers ---

# GET /api/v1/transfers
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/transfers")
said "List transfers"

# GET /api/v1/transfers/{id}
answer=$(curl --fail-with-body "${auth[@]}" "$DP/api/v1/transfers/$credit_transfer")
said "Retrieve transfers"
