"""Rent that is paid by itself: each month on its day, what is owed then, and never without having said so before."""
