"""The parts of dev/parity, which compares our commands with those of `openstack`."""
