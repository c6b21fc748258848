"""What both kinds of intent are told of ways to pay, in Stripe's words: shapes, whose method it is, where the payer goes afterwards."""
