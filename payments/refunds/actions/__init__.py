"""Giving a part of a payment back: claimed and posted first, sent by its rail later."""
