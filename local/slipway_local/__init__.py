"""The docker-free local stack: an AWS emulator, the project's own template and a plain HTTP address.

`local/stack.py` is the entry point. Everything here runs on the Python standard library except the modules that
talk to the emulator or read the SAM template; those run inside the virtual environment that `up` prepares.
"""
