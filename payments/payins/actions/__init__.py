"""The life of a payment, one verb a file. Every verb works on a set; one payment is a set of one."""
