"""What the running code costs, beside a function that does nothing and the same function in Python and Node.js.

`local/bench.py` is the entry point. Every measured process is started as Lambda starts it and is served by a Lambda
Runtime API of its own (`runtime_api.py`). Its DynamoDB is a stand-in (`table.py`) that passes everything on to the
emulator and can repeat what the emulator answered, so that latency is that of the function and not of an emulator.
"""
