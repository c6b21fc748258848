"""One circuit breaker for each thing outside that we depend on, shared by all processes (`kernel.breaker` has the rules)."""
