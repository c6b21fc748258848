"""Cards: the simulated processor, what its cards do, and where a person proves to be the owner of one."""
