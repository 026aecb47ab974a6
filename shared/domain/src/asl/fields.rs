//! The members that each type of state may have, by query language.

/// The query language of a state: how its values refer to data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    JsonPath,
    Jsonata,
}

impl Language {
    pub(super) const NAMES: [&'static str; 2] = ["JSONPath", "JSONata"];

    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "JSONPath" => Some(Self::JsonPath),
            "JSONata" => Some(Self::Jsonata),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::JsonPath => "JSONPath",
            Self::Jsonata => "JSONata",
        }
    }
}

/// The largest number of seconds or attempts that Step Functions takes.
pub(super) const MOST: f64 = 99_999_999.0;

/// What a member's value must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Any,
    Text,
    /// A path, `$…`.
    Path,
    /// A path or null.
    NullablePath,
    /// A path to one place in the state's input or in a variable.
    Single,
    /// A path to one place in the state's input, or null.
    NullableReference,
    /// A path or an intrinsic function.
    PathOrFunction,
    Object,
    /// In JSONata, an object or an expression that makes one; in `JSONPath`, an object.
    Template,
    Array,
    /// An array, an object or an expression that makes one.
    Items,
    /// The name of a distributed Map's runs.
    Label,
    Flag,
    /// A date with a time and an offset.
    Moment,
    /// A whole number within these bounds.
    Integer(f64, f64),
    /// Any number within these bounds.
    Number(f64, f64),
    OneOf(&'static [&'static str]),
}

/// One member of a state, and the only query language it belongs to, if there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) only: Option<Language>,
    pub(super) shape: Shape,
}

const fn both(name: &'static str, shape: Shape) -> Field {
    Field { name, only: None, shape }
}

const fn path(name: &'static str, shape: Shape) -> Field {
    Field { name, only: Some(Language::JsonPath), shape }
}

const fn jsonata(name: &'static str, shape: Shape) -> Field {
    Field { name, only: Some(Language::Jsonata), shape }
}

const COMMON: &[Field] = &[
    both("Type", Shape::Text),
    both("Comment", Shape::Text),
    both("QueryLanguage", Shape::OneOf(&Language::NAMES)),
];
/// Of states that go on or end by `Next` or `End`.
const STEP: &[Field] = &[both("Next", Shape::Text), both("End", Shape::Flag)];
const ASSIGN: &[Field] = &[both("Assign", Shape::Object)];
const OUTPUT: &[Field] = &[
    path("InputPath", Shape::NullablePath),
    path("OutputPath", Shape::NullablePath),
    jsonata("Output", Shape::Any),
];
const ARGUMENTS: &[Field] = &[jsonata("Arguments", Shape::Any)];
/// Of states that make something out of their input.
const WORK: &[Field] = &[path("Parameters", Shape::Any), path("ResultPath", Shape::NullableReference)];
/// Of states whose work can fail and gives a result of its own.
const CALL: &[Field] =
    &[path("ResultSelector", Shape::Object), both("Retry", Shape::Array), both("Catch", Shape::Array)];
const PASS: &[Field] = &[path("Result", Shape::Any)];
const TASK: &[Field] = &[
    both("Resource", Shape::Text),
    both("Credentials", Shape::Template),
    both("TimeoutSeconds", Shape::Integer(1.0, MOST)),
    path("TimeoutSecondsPath", Shape::Path),
    both("HeartbeatSeconds", Shape::Integer(1.0, MOST)),
    path("HeartbeatSecondsPath", Shape::Path),
];
const CHOICE: &[Field] = &[both("Choices", Shape::Array), both("Default", Shape::Text)];
const WAIT: &[Field] = &[
    both("Seconds", Shape::Integer(0.0, MOST)),
    both("Timestamp", Shape::Moment),
    path("SecondsPath", Shape::Path),
    path("TimestampPath", Shape::Path),
];
const FAIL: &[Field] = &[
    both("Error", Shape::Text),
    both("Cause", Shape::Text),
    path("ErrorPath", Shape::PathOrFunction),
    path("CausePath", Shape::PathOrFunction),
];
const PARALLEL: &[Field] = &[both("Branches", Shape::Array)];
const MAP: &[Field] = &[
    both("ItemProcessor", Shape::Object),
    both("Iterator", Shape::Object),
    jsonata("Items", Shape::Items),
    path("ItemsPath", Shape::Path),
    both("ItemReader", Shape::Object),
    both("ItemSelector", Shape::Any),
    both("ItemBatcher", Shape::Object),
    both("ResultWriter", Shape::Object),
    both("Label", Shape::Label),
    both("MaxConcurrency", Shape::Integer(0.0, MOST)),
    path("MaxConcurrencyPath", Shape::Single),
    both("ToleratedFailureCount", Shape::Integer(0.0, MOST)),
    path("ToleratedFailureCountPath", Shape::Single),
    both("ToleratedFailurePercentage", Shape::Number(0.0, 100.0)),
    path("ToleratedFailurePercentagePath", Shape::Single),
];

/// The versions of the language.
const VERSIONS: [&str; 1] = ["1.0"];

/// Members of the whole definition.
pub(super) const MACHINE: &[Field] = &[
    both("Comment", Shape::Text),
    both("QueryLanguage", Shape::OneOf(&Language::NAMES)),
    both("StartAt", Shape::Text),
    both("States", Shape::Object),
    both("TimeoutSeconds", Shape::Integer(1.0, MOST)),
    both("Version", Shape::OneOf(&VERSIONS)),
];

/// Members that have a meaning at the top level only; in a branch or a processor they are tolerated with a warning.
pub(super) const TOP_LEVEL_ONLY: [&str; 2] = ["TimeoutSeconds", "Version"];

/// Members of a branch of a Parallel state.
pub(super) const BRANCH: &[Field] = &[
    both("Comment", Shape::Text),
    both("StartAt", Shape::Text),
    both("States", Shape::Object),
    both("TimeoutSeconds", Shape::Integer(1.0, MOST)),
    both("Version", Shape::OneOf(&VERSIONS)),
];

/// Members of the processor of a Map state.
pub(super) const PROCESSOR: &[Field] = &[
    both("Comment", Shape::Text),
    both("StartAt", Shape::Text),
    both("States", Shape::Object),
    both("TimeoutSeconds", Shape::Integer(1.0, MOST)),
    both("Version", Shape::OneOf(&VERSIONS)),
    both("ProcessorConfig", Shape::Object),
];

/// Members of a Map state's `ProcessorConfig`.
pub(super) const PROCESSOR_CONFIG: &[Field] = &[
    both("Mode", Shape::OneOf(&["INLINE", "DISTRIBUTED"])),
    both("ExecutionType", Shape::OneOf(&["STANDARD", "EXPRESS"])),
];

/// The largest batch of items, in bytes: the limit of a state's input.
const MOST_BYTES: f64 = 262_144.0;

/// Members of a Map state's `ItemReader`.
pub(super) const ITEM_READER: &[Field] = &[
    both("Resource", Shape::Text),
    path("Parameters", Shape::Object),
    jsonata("Arguments", Shape::Template),
    both("ReaderConfig", Shape::Object),
];

/// Maximum number of items that a reader reads.
const MOST_ITEMS: f64 = 100_000_000.0;

/// Members of an `ItemReader`'s `ReaderConfig`.
pub(super) const READER_CONFIG: &[Field] = &[
    both("InputType", Shape::OneOf(&["CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"])),
    both("Transformation", Shape::OneOf(&["NONE", "LOAD_AND_FLATTEN"])),
    both("ManifestType", Shape::OneOf(&["ATHENA_DATA", "S3_INVENTORY"])),
    both("CSVHeaderLocation", Shape::OneOf(&["FIRST_ROW", "GIVEN"])),
    both("CSVHeaders", Shape::Array),
    both("CSVDelimiter", Shape::OneOf(&["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"])),
    both("ItemsPointer", Shape::Text),
    both("MaxItems", Shape::Integer(0.0, MOST_ITEMS)),
    path("MaxItemsPath", Shape::Single),
];

/// Members of a Map state's `ItemBatcher`.
pub(super) const ITEM_BATCHER: &[Field] = &[
    both("BatchInput", Shape::Any),
    both("MaxItemsPerBatch", Shape::Integer(0.0, MOST)),
    path("MaxItemsPerBatchPath", Shape::Single),
    both("MaxInputBytesPerBatch", Shape::Integer(0.0, MOST_BYTES)),
    path("MaxInputBytesPerBatchPath", Shape::Single),
];

/// Members of a Map state's `ResultWriter`.
pub(super) const RESULT_WRITER: &[Field] = &[
    both("Resource", Shape::Text),
    path("Parameters", Shape::Object),
    jsonata("Arguments", Shape::Template),
    both("WriterConfig", Shape::Object),
];

/// Members of a `ResultWriter`'s `WriterConfig`.
pub(super) const WRITER_CONFIG: &[Field] = &[
    both("Transformation", Shape::OneOf(&["NONE", "COMPACT", "FLATTEN"])),
    both("OutputType", Shape::OneOf(&["JSON", "JSONL"])),
];

/// The longest delay between two attempts, in seconds: Step Functions takes less than 31 622 400.
const MOST_DELAY: f64 = 31_622_399.0;

/// Members of an entry of `Retry`.
pub(super) const RETRIER: &[Field] = &[
    both("Comment", Shape::Text),
    both("ErrorEquals", Shape::Array),
    both("IntervalSeconds", Shape::Integer(1.0, MOST)),
    both("MaxAttempts", Shape::Integer(0.0, MOST)),
    both("BackoffRate", Shape::Number(1.0, f64::MAX)),
    both("MaxDelaySeconds", Shape::Integer(1.0, MOST_DELAY)),
    both("JitterStrategy", Shape::OneOf(&["FULL", "NONE"])),
];

/// Members of an entry of `Catch`.
pub(super) const CATCHER: &[Field] = &[
    both("Comment", Shape::Text),
    both("ErrorEquals", Shape::Array),
    both("Next", Shape::Text),
    both("Assign", Shape::Object),
    path("ResultPath", Shape::NullableReference),
    jsonata("Output", Shape::Any),
];

/// The type of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Task,
    Pass,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
}

impl Kind {
    pub(super) const NAMES: [&'static str; 8] =
        ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"];

    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "Task" => Self::Task,
            "Pass" => Self::Pass,
            "Choice" => Self::Choice,
            "Wait" => Self::Wait,
            "Succeed" => Self::Succeed,
            "Fail" => Self::Fail,
            "Parallel" => Self::Parallel,
            "Map" => Self::Map,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Pass => "Pass",
            Self::Choice => "Choice",
            Self::Wait => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail => "Fail",
            Self::Parallel => "Parallel",
            Self::Map => "Map",
        }
    }

    /// Whether a run (or a branch of it) ends in such a state, without an `End`.
    pub(super) fn ends(self) -> bool {
        matches!(self, Self::Succeed | Self::Fail)
    }

    /// Every member such a state may have, in either query language.
    pub(super) fn fields(self) -> Vec<Field> {
        let groups: &[&[Field]] = match self {
            Self::Task => &[TASK, STEP, ASSIGN, OUTPUT, ARGUMENTS, WORK, CALL],
            Self::Pass => &[PASS, STEP, ASSIGN, OUTPUT, WORK],
            Self::Choice => &[CHOICE, ASSIGN, OUTPUT],
            Self::Wait => &[WAIT, STEP, ASSIGN, OUTPUT],
            Self::Succeed => &[OUTPUT],
            Self::Fail => &[FAIL],
            Self::Parallel => &[PARALLEL, STEP, ASSIGN, OUTPUT, ARGUMENTS, WORK, CALL],
            Self::Map => &[MAP, STEP, ASSIGN, OUTPUT, WORK, CALL],
        };
        COMMON.iter().chain(groups.iter().copied().flatten()).copied().collect()
    }
}

/// Whether a member of this name has a meaning anywhere in a definition, so that it is misplaced where it has none.
pub(super) fn is_of_the_language(name: &str) -> bool {
    const ELSEWHERE: [&[Field]; 11] = [
        MACHINE,
        PROCESSOR,
        PROCESSOR_CONFIG,
        RETRIER,
        CATCHER,
        ITEM_READER,
        READER_CONFIG,
        ITEM_BATCHER,
        RESULT_WRITER,
        WRITER_CONFIG,
        COMMON,
    ];
    const OF_STATES: [&[Field]; 13] =
        [STEP, ASSIGN, OUTPUT, ARGUMENTS, WORK, CALL, PASS, TASK, CHOICE, WAIT, FAIL, PARALLEL, MAP];
    ELSEWHERE.into_iter().chain(OF_STATES).flatten().any(|field| field.name == name)
}

/// What to write instead of a member that belongs to the other query language.
pub(super) fn instead(name: &str) -> &'static str {
    match name {
        "Parameters" => "Write \"Arguments\" (in a Map \"ItemSelector\", in a Pass \"Output\").",
        "InputPath" => "Read \"$states.input\" in an expression.",
        "ResultPath" | "ResultSelector" | "OutputPath" | "Result" => "Write \"Output\" or \"Assign\".",
        "ItemsPath" => "Write \"Items\".",
        "Variable" => "Write \"Condition\".",
        "Arguments" => "Write \"Parameters\", or set \"QueryLanguage\": \"JSONata\".",
        "Output" => "Write \"ResultSelector\" or \"OutputPath\", or set \"QueryLanguage\": \"JSONata\".",
        "Items" => "Write \"ItemsPath\", or set \"QueryLanguage\": \"JSONata\".",
        "Condition" => {
            "Write \"Variable\" and a comparison such as \"StringEquals\", or set \"QueryLanguage\": \"JSONata\"."
        }
        _ => "Write an expression, \"{% … %}\", into the member without \"Path\".",
    }
}
