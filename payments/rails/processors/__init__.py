"""What all rails of processors do alike: how long they wait for one that is silent, and how long one set of orders may keep them."""
