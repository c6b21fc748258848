"""dj-stripe as its documentation sets it up, and nothing else; runs in the environment of the peer alone."""
