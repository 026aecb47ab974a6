//! The Map state: its processor, and what reads, batches and writes its items.

use serde_json::{Map, Value};

use super::fields::{ITEM_BATCHER, ITEM_READER, Language, READER_CONFIG, RESULT_WRITER, WRITER_CONFIG};
use super::scope::Checker;
use super::value::is_deferred;
use crate::definition::{Finding, join};

impl<'a> Checker<'a> {
    pub(super) fn map(&mut self, path: &str, state: &'a Map<String, Value>, language: Language) {
        if let Some(iterator) = state.get("Iterator") {
            let path = join(path, "Iterator");
            self.findings
                .push(Finding::warning(&path, "\"Iterator\" is deprecated. Rename it to \"ItemProcessor\"."));
            if iterator.is_object() {
                self.processor(&path, iterator);
            }
        } else {
            self.required(path, state, "ItemProcessor", "an object with \"StartAt\" and \"States\"");
        }
        if let Some(processor) = state.get("ItemProcessor") {
            if is_deferred(processor) {
                self.refuse_deferred(path, state, "ItemProcessor");
            } else if processor.is_object() {
                self.processor(&join(path, "ItemProcessor"), processor);
            }
        }
        self.exclusive(
            path,
            state,
            &[
                ("ItemProcessor", "Iterator"),
                ("ItemSelector", "Parameters"),
                ("MaxConcurrency", "MaxConcurrencyPath"),
                ("ToleratedFailureCount", "ToleratedFailureCountPath"),
                ("ToleratedFailurePercentage", "ToleratedFailurePercentagePath"),
            ],
        );
        self.label(path, state);
        self.distributed_only(path, state);
        self.reader(path, state, language);
        self.batcher(path, state, language);
        self.writer(path, state, language);
    }

    /// Labels are unique in the whole definition.
    fn label(&mut self, path: &str, state: &'a Map<String, Value>) {
        let Some(label) = state.get("Label").and_then(Value::as_str) else { return };
        let path = join(path, "Label");
        if let Some(first) = self.labels.get(label) {
            let message =
                format!("The label is used at {first} already; labels are unique in the whole definition.");
            self.error(path, message);
        } else {
            self.labels.insert(label, path);
        }
    }

    /// Members that have a meaning in a DISTRIBUTED Map only. Step Functions documents them for that mode and does not say
    /// that it refuses them in the other.
    fn distributed_only(&mut self, path: &str, state: &Map<String, Value>) {
        let processor = state.get("ItemProcessor").or_else(|| state.get("Iterator"));
        let mode = processor.and_then(|processor| processor.pointer("/ProcessorConfig/Mode"));
        if mode.is_some_and(|mode| mode != "INLINE") {
            return;
        }
        for name in ["ItemReader", "ItemBatcher", "ResultWriter"] {
            if state.contains_key(name) {
                let message = format!(
                    "\"{name}\" belongs to a DISTRIBUTED Map, and this one is INLINE. Set \"Mode\": \"DISTRIBUTED\" and an \
                     \"ExecutionType\" in \"ProcessorConfig\", or remove it."
                );
                self.findings.push(Finding::warning(join(path, name), message));
            }
        }
    }

    fn reader(&mut self, path: &str, state: &Map<String, Value>, language: Language) {
        let Some(Value::Object(reader)) = state.get("ItemReader") else { return };
        let path = join(path, "ItemReader");
        self.members(&path, reader, ITEM_READER, language, "an ItemReader");
        self.required(&path, reader, "Resource", "the ARN of what reads the items");
        self.resource(&path, reader);
        self.reads(&path, reader);
        let Some(Value::Object(config)) = reader.get("ReaderConfig") else { return };
        let path = join(&path, "ReaderConfig");
        self.members(&path, config, READER_CONFIG, language, "a ReaderConfig");
        self.exclusive(&path, config, &[("MaxItems", "MaxItemsPath")]);
        if config.get("CSVHeaderLocation").and_then(Value::as_str) == Some("GIVEN") {
            self.required(&path, config, "CSVHeaders", "the names of the columns");
        }
    }

    fn batcher(&mut self, path: &str, state: &Map<String, Value>, language: Language) {
        let Some(Value::Object(batcher)) = state.get("ItemBatcher") else { return };
        let path = join(path, "ItemBatcher");
        self.members(&path, batcher, ITEM_BATCHER, language, "an ItemBatcher");
        self.exclusive(
            &path,
            batcher,
            &[
                ("MaxItemsPerBatch", "MaxItemsPerBatchPath"),
                ("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"),
            ],
        );
        if !batcher.keys().any(|name| name.starts_with("Max")) {
            let message = "The size of a batch is missing: write \"MaxItemsPerBatch\", \"MaxInputBytesPerBatch\" or both.";
            self.error(path, message);
        }
    }

    fn writer(&mut self, path: &str, state: &Map<String, Value>, language: Language) {
        let Some(Value::Object(writer)) = state.get("ResultWriter") else { return };
        let path = join(path, "ResultWriter");
        self.members(&path, writer, RESULT_WRITER, language, "a ResultWriter");
        self.resource(&path, writer);
        self.writes(&path, writer);
        let arguments = match language {
            Language::Jsonata => "Arguments",
            Language::JsonPath => "Parameters",
        };
        // Without either, `WriterConfig` says what the results look like in the state's output.
        if writer.contains_key("Resource") || !writer.contains_key("WriterConfig") {
            self.required(&path, writer, "Resource", "the ARN of what writes the results");
            self.required(&path, writer, arguments, "where the results are written to");
        }
        if let Some(Value::Object(config)) = writer.get("WriterConfig") {
            let path = join(&path, "WriterConfig");
            self.members(&path, config, WRITER_CONFIG, language, "a WriterConfig");
        }
    }

    /// States that come out of a variable could not be checked, and their secrets not be collected.
    pub(super) fn refuse_deferred(&mut self, path: &str, state: &Map<String, Value>, name: &str) {
        if state.get(name).is_some_and(is_deferred) {
            self.error(
                join(path, name),
                format!("\"{name}\" cannot be a placeholder: write the states themselves."),
            );
        }
    }
}
