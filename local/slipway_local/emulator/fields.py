"""The members of a definition, by what holds them."""

from __future__ import annotations

MOST = 99_999_999

_COMMON = {"Type", "Comment", "QueryLanguage"}
_STEP = {"Next", "End"}
_PATHS = {"InputPath", "OutputPath"}
_DATA = _PATHS | {"Assign", "Output"}
_CALL = {"ResultSelector", "ResultPath", "Parameters", "Retry", "Catch"}

STATES = {
    "Task": _COMMON | _STEP | _DATA | _CALL | {
        "Arguments", "Resource", "Credentials", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds",
        "HeartbeatSecondsPath",
    },
    "Pass": _COMMON | _STEP | _DATA | {"Result", "ResultPath", "Parameters"},
    "Choice": _COMMON | _DATA | {"Choices", "Default"},
    "Wait": _COMMON | _STEP | _DATA | {"Seconds", "SecondsPath", "Timestamp", "TimestampPath"},
    "Succeed": _COMMON | _PATHS | {"Output"},
    "Fail": _COMMON | {"Error", "ErrorPath", "Cause", "CausePath"},
    "Parallel": _COMMON | _STEP | _DATA | _CALL | {"Arguments", "Branches"},
    "Map": _COMMON | _STEP | _DATA | _CALL | {
        "ItemProcessor", "Iterator", "Items", "ItemsPath", "ItemReader", "ItemSelector", "ItemBatcher", "ResultWriter",
        "Label", "MaxConcurrency", "MaxConcurrencyPath", "ToleratedFailureCount", "ToleratedFailureCountPath",
        "ToleratedFailurePercentage", "ToleratedFailurePercentagePath",
    },
}
MACHINE = {"Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"}
BRANCH = MACHINE - {"QueryLanguage"}
PROCESSOR = BRANCH | {"ProcessorConfig"}
OTHERS = {
    "ProcessorConfig": {"Mode", "ExecutionType"},
    "ItemReader": {"Resource", "Parameters", "Arguments", "ReaderConfig"},
    "ReaderConfig": {
        "InputType", "Transformation", "ManifestType", "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter",
        "ItemsPointer", "MaxItems", "MaxItemsPath",
    },
    "ItemBatcher": {
        "BatchInput", "MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath",
    },
    "ResultWriter": {"Resource", "Parameters", "Arguments", "WriterConfig"},
    "WriterConfig": {"Transformation", "OutputType"},
    "Retry": {
        "Comment", "ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy",
    },
    "Catch": {"Comment", "ErrorEquals", "Next", "Assign", "ResultPath", "Output"},
}
# A member of another name means nothing anywhere, and is ignored.
KNOWN = MACHINE.union(PROCESSOR, *STATES.values(), *OTHERS.values())

JSONATA_ONLY = {"Arguments", "Output", "Items"}
JSONPATH_ONLY = _PATHS | {"ResultPath", "Parameters", "ResultSelector", "Result"} | {
    name for name in KNOWN if name.endswith("Path")
}

# Least and greatest value.
NUMBERS = {
    "TimeoutSeconds": (1, MOST),
    "HeartbeatSeconds": (1, MOST),
    "Seconds": (0, MOST),
    "IntervalSeconds": (1, MOST),
    "MaxAttempts": (0, MOST),
    "MaxDelaySeconds": (1, 31_622_400),
    "BackoffRate": (1, float("inf")),
    "MaxConcurrency": (0, MOST),
    "ToleratedFailureCount": (0, MOST),
    "ToleratedFailurePercentage": (0, 100),
    "MaxItems": (0, 100_000_000),
    "MaxItemsPerBatch": (0, MOST),
    "MaxInputBytesPerBatch": (0, 262_144),
}
ENUMERATIONS = {
    "QueryLanguage": {"JSONPath", "JSONata"},
    "Version": {"1.0"},
    "Mode": {"INLINE", "DISTRIBUTED"},
    "ExecutionType": {"STANDARD", "EXPRESS"},
    "JitterStrategy": {"FULL", "NONE"},
    "InputType": {"CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"},
    "CSVHeaderLocation": {"FIRST_ROW", "GIVEN"},
}
# Of each group at most one is there.
EXCLUSIVE = [
    ("Next", "End"),
    ("Iterator", "ItemProcessor"),
    ("ItemSelector", "Parameters"),
    *((name, f"{name}Path") for name in ("Error", "Cause", *NUMBERS) if f"{name}Path" in KNOWN),
]
OBJECTS = {
    "States", "Assign", "Credentials", "ItemProcessor", "Iterator", "ItemReader", "ReaderConfig", "ItemBatcher",
    "ResultWriter", "WriterConfig", "ResultSelector",
}
ARRAYS = {"Branches", "Choices", "Retry", "Catch", "CSVHeaders", "ErrorEquals"}
