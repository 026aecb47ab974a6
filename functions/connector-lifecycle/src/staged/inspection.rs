//! What an application's folder holds, compared with what is declared: whether it can be hosted here.

use app::definition;
use domain::connector::{
    ApplicationKind, ApplicationSpecification, KeyDeclarations, PackagedApplication, Specification,
};
use domain::placeholders::scan;
use domain::text::Key;
use serde_json::Value;

use crate::connector::folder::{Contents, Script, contents, script, why_not};

/// A flow that Step Functions has yet to be asked about.
#[derive(Debug)]
pub(super) struct Flow<'c> {
    /// The name of its file.
    pub(super) file: &'c str,
    /// As it was written.
    pub(super) definition: Value,
    /// Whether it answers synchronously.
    pub(super) express: bool,
}

impl Flow<'_> {
    /// Whether it is what is hosted. Anything else is a script, which may fail and its application still answers.
    pub(super) fn is_hosted(&self) -> bool {
        self.file == PackagedApplication::FLOW
    }
}

/// What was found in a folder.
#[derive(Debug)]
pub(super) struct Inspected<'c> {
    /// The application.
    pub(super) name: &'c Key,
    /// What is hosted of it, in words.
    pub(super) hosted: String,
    /// The flows in it that will be run and can be read.
    pub(super) flows: Vec<Flow<'c>>,
    /// What is missing to host it. Other applications of the connector can be deployed without it.
    pub(super) lacks: Vec<String>,
    /// What is wrong with what is there.
    pub(super) problems: Vec<String>,
    /// What its author may not expect.
    pub(super) warnings: Vec<String>,
}

/// Looks at the folder of an application.
pub(super) fn inspect<'c>(
    declared: &'c ApplicationSpecification,
    folder: Option<&'c PackagedApplication>,
    specification: &Specification,
) -> Inspected<'c> {
    let (name, names) = (&declared.name, Names::of(declared, specification));
    let mut inspected = Inspected {
        name,
        hosted: PackagedApplication::FLOW.to_owned(),
        flows: Vec::new(),
        lacks: Vec::new(),
        problems: Vec::new(),
        warnings: Vec::new(),
    };
    match contents(declared, folder) {
        Ok(Contents::Files) => inspected.files(folder),
        Ok(Contents::Flow(text)) => {
            inspected.flow(
                PackagedApplication::FLOW,
                text,
                declared.kind == ApplicationKind::Service,
                &names,
            );
        }
        Err(lack) => inspected.lacks.push(format!("'{name}' {lack}")),
    }
    for declared in [&declared.scripts.post_deploy, &declared.scripts.pre_undeploy] {
        match script(declared.as_deref(), folder) {
            // The application's own flow was looked at already.
            Script::Undefined | Script::Flow(PackagedApplication::FLOW, _) => {}
            Script::Flow(file, text) => inspected.flow(file, text, false, &names),
            Script::Command(command) => inspected.warnings.push(why_not(name.as_str(), command)),
        }
    }
    inspected
}

impl<'c> Inspected<'c> {
    /// Files are hosted as they are, but there have to be some.
    fn files(&mut self, folder: Option<&PackagedApplication>) {
        let files = folder.map_or(0, |folder| folder.assets.len());
        self.hosted = format!("files: {files}");
        if files == 0 {
            let name = self.name;
            self.lacks.push(format!("'{name}' has no files: put them into a folder of that name"));
        }
    }

    fn flow(&mut self, file: &'c str, text: &str, express: bool, names: &Names<'_>) {
        match definition::read(text) {
            Ok(definition) => {
                let unknown = names.unknown_in(&definition);
                let flow = Flow { file, definition, express };
                self.found(&flow, unknown);
                self.flows.push(flow);
            }
            Err(wrong) => {
                let flow = Flow { file, definition: Value::Null, express };
                self.found(&flow, wrong);
            }
        }
    }

    /// Notes what is wrong with a flow.
    pub(super) fn found(&mut self, flow: &Flow<'_>, problems: Vec<String>) {
        let place = format!("{}/{}", self.name, flow.file);
        let told = if flow.is_hosted() { &mut self.problems } else { &mut self.warnings };
        told.extend(problems.into_iter().map(|problem| format!("{place}: {problem}")));
    }
}

/// The names that a flow of an application may find values under.
struct Names<'c> {
    own: &'c KeyDeclarations,
    global: &'c KeyDeclarations,
    generated: bool,
}

impl<'c> Names<'c> {
    fn of(declared: &'c ApplicationSpecification, specification: &'c Specification) -> Self {
        let generated = specification.api_client_scopes.is_some();
        Self { own: &declared.keys, global: &specification.global, generated }
    }

    fn has_value(&self, name: &str) -> bool {
        let declared = [self.own, self.global].into_iter().flat_map(|keys| &keys.standard);
        let is_generated =
            || Specification::GENERATED_KEYS.contains(&name) && name != Specification::CLIENT_SECRET_KEY;
        declared.into_iter().any(|key| key.key.as_str() == name) || (self.generated && is_generated())
    }

    fn has_secret(&self, name: &str) -> bool {
        let declared = [self.own, self.global].into_iter().flat_map(|keys| &keys.secured);
        declared.into_iter().any(|key| key.key.as_str() == name)
            || (self.generated && name == Specification::CLIENT_SECRET_KEY)
    }

    fn no_value(&self, name: &str) -> String {
        if self.has_secret(name) {
            return format!("'{name}' is a secret: write ${{secret.{name}}}, in a header of the HTTP task");
        }
        format!("connect.yaml declares no '{name}' in standardConfiguration")
    }

    fn no_secret(&self, name: &str) -> String {
        if self.has_value(name) {
            return format!("'{name}' is no secret: write ${{{name}}}");
        }
        format!("connect.yaml declares no '{name}' in securedConfiguration")
    }

    /// What the definition refers to that no deployment could give it.
    fn unknown_in(&self, definition: &Value) -> Vec<String> {
        let scan = scan(definition);
        let values = scan.names.iter().filter(|name| !self.has_value(name)).map(|name| self.no_value(name));
        let secrets =
            scan.secrets.iter().filter(|name| !self.has_secret(name)).map(|name| self.no_secret(name));
        values.chain(secrets).collect()
    }
}

#[cfg(test)]
mod tests;
