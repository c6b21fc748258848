"""Payments that failed and are tried again: by whom they are asked for is not known here, only under which name."""
