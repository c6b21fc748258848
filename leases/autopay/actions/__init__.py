"""What happens to an autopay and its runs: one verb a file. What falls due is done in sets; one is a set of one."""
