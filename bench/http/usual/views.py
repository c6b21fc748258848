"""The same endpoint as anybody would write it with DRF: a ModelSerializer, a viewset, the ORM, one transaction.

It keeps the rules of ours on the path that is measured (key, idempotency, locks, what is owed and in flight, oldest charges first,
claims, event, promise of work), on our own tables with their triggers, and says less where it refuses.
"""

import hashlib
import json
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from bench.http.usual.models import UsualEvent
from directpay.api.models import IdempotencyKey
from directpay.due.models import Due
from directpay.kernel import clock
from directpay.kernel.ids import public_id
from leases.contracts.models import Lease, Renter
from leases.rent.models import Charge
from ledger.allocation.models import Allocation
from ledger.journal.models import Account, Entry
from payments.methods.models import BankAccount
from payments.payins.models import LIVE, Claim, Payment
from payments.pricing.models import RailFee
from payments.rails.registry import rail

HOUSE_FEE = 100


class PaymentSerializer(serializers.ModelSerializer):
    lease = serializers.CharField(write_only=True)
    amount = serializers.IntegerField(source="amount_minor", min_value=1)
    bank_account = serializers.SlugRelatedField("public_id", queryset=BankAccount.objects.select_related("user"))
    allow_duplicate = serializers.BooleanField(write_only=True, default=False)
    payer = serializers.SlugRelatedField("public_id", read_only=True)
    payee = serializers.SlugRelatedField("public_id", read_only=True)
    applies_to = serializers.SlugRelatedField("public_id", read_only=True)
    charges = serializers.SerializerMethodField()

    class Meta:
        model = Payment
        fields = (
            "public_id", "status", "amount", "currency", "fee_minor", "fee_payer", "net_minor", "charged_minor", "rail", "lease", "origin",
            "bank_account", "payer", "payee", "applies_to", "charges", "expected_on", "created_at", "allow_duplicate", "metadata",
        )  # fmt: skip
        read_only_fields = (
            "public_id", "status", "currency", "fee_minor", "fee_payer", "net_minor", "charged_minor", "origin", "expected_on",
            "created_at",
        )  # fmt: skip

    def get_charges(self, payment):
        return [{"charge": claim.item, "amount": claim.amount_minor} for claim in payment.claims.all()]


class PaymentViewSet(mixins.CreateModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet):
    queryset = Payment.objects.select_related("payer", "payee", "applies_to", "bank_account").prefetch_related("claims")
    serializer_class = PaymentSerializer
    lookup_field = "public_id"

    @transaction.atomic
    def create(self, request, *args, **kwargs):
        now = clock.now()
        parameters = hashlib.sha256(json.dumps(request.data, sort_keys=True).encode()).hexdigest()
        digest = UUID(bytes=hashlib.sha256(request.headers["Idempotency-Key"].encode()).digest()[:16])
        saved = IdempotencyKey.objects.select_for_update().filter(digest=digest).first()
        if saved:
            if saved.parameters_hash != parameters:
                raise ValidationError("this key was used for another request")
            return Response(json.loads(saved.body), status=saved.status)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        payment = self.perform_payment(dict(serializer.validated_data), now)
        body = self.get_serializer(payment).data
        IdempotencyKey.objects.create(
            digest=digest, parameters_hash=parameters, moves_money=True, status=201, body=json.dumps(body, default=str), created_at=now
        )
        return Response(body, status=201)

    def perform_payment(self, data, now):
        bank, amount = data["bank_account"], data["amount_minor"]
        if bank.status != "verified":
            raise ValidationError({"bank_account": "not verified"})
        lease = Lease.objects.select_for_update(of=("self",)).select_related("unit__property__payee").get(public_id=data["lease"])
        renter = Renter.objects.select_related("party").get(lease=lease, user=bank.user)
        account = Account.objects.select_for_update().get(pk=renter.party.account_id)
        in_flight = Payment.objects.filter(applies_to=account, status__in=LIVE).aggregate(total=Sum("amount_minor"))["total"] or 0
        upcoming = lease.charges.filter(posted_at=None).order_by("due_on").first()
        ahead = upcoming.amount_minor if upcoming else 0
        if amount > account.balance_minor + ahead - in_flight:
            raise ValidationError({"amount": "more than is owed"})
        payee = lease.unit.property.payee
        own = RailFee.objects.filter(payee=payee, rail=data["rail"]).first()
        fee = own.fee_minor if own else HOUSE_FEE
        if not data["allow_duplicate"]:
            twice = Payment.objects.filter(
                payer=bank.user, applies_to=account, amount_minor=amount, created_at__gt=now - timedelta(minutes=5)
            )
            if twice.exists():
                raise ValidationError("the same amount was paid minutes ago")
        promise = rail(data["rail"]).promise(now)
        payment = Payment.objects.create(
            public_id=public_id("pay"),
            rail=data["rail"],
            currency=account.currency,
            amount_minor=amount,
            fee_minor=fee,
            fee_payer="payee",
            charged_minor=amount,
            net_minor=amount - fee,
            payer=bank.user,
            payee=payee,
            applies_to=account,
            bank_account=bank,
            origin=lease.public_id,
            metadata=data.get("metadata", {}),
            created_at=now,
            changed_at=now,
            tendered_on=now.date(),
            expected_at=promise.clears_at,
            expected_on=promise.clears_on,
        )
        Claim.objects.bulk_create(self.claims_of(payment, lease, account))
        UsualEvent.objects.create(
            public_id=public_id("evt"),
            type="payment.initiated",
            object_id=payment.public_id,
            version=payment.version,
            at=now,
            actor=self.request.user.key.public_id,
            request_id=public_id("req"),
            account_ids=[bank.user.public_id, payee.public_id],
            data={**{k: str(v) for k, v in PaymentSerializer(payment).data.items()}, "from": None},
        )
        Due.objects.create(queue="payins.rail", key=payment.public_id, due_at=promise.leaves_at)
        return payment

    def claims_of(self, payment, lease, account):
        """Oldest first: what of each charge is neither paid nor claimed by a payment on its way."""
        charges = list(Charge.objects.filter(lease=lease).order_by("due_on", "id"))
        references = {f"charge.due:{charge.public_id}": charge for charge in charges}
        debits = Entry.objects.filter(account=account, amount_minor__gt=0, transaction__reference__in=references).select_related(
            "transaction"
        )
        used = Allocation.objects.filter(account=account).values("debit_entry_id").annotate(total=Sum("amount_minor")).order_by()
        paid_by_entry = {row["debit_entry_id"]: row["total"] for row in used}
        paid = {debit.transaction.reference: paid_by_entry.get(debit.id, 0) for debit in debits}
        live = Claim.objects.filter(Q(payment__status__in=LIVE), debit_reference__in=references, payment__applies_to=account)
        claimed = {r["debit_reference"]: r["total"] for r in live.values("debit_reference").annotate(total=Sum("amount_minor")).order_by()}
        left = payment.amount_minor
        for reference, charge in references.items():
            part = min(left, charge.amount_minor - paid.get(reference, 0) - claimed.get(reference, 0))
            if part > 0:
                left -= part
                yield Claim(payment=payment, debit_reference=reference, item=charge.public_id, amount_minor=part)
