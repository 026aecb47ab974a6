//! Every kind of entity, and what its item holds beside its body.

use domain::client::ApiClient;
use domain::connector::{Connector, ConnectorStaged};
use domain::connector_deployment::ConnectorDeployment;
use domain::deployment::Deployment;
use domain::environment::Environment;
use domain::flow::Flow;
use domain::integration::Integration;
use domain::metadata::Metadata;
use domain::package::{Package, PackageDeployment};
use domain::project_settings::ProjectSettings;
use domain::repository_host::RepositoryHost;
use domain::text::{Key, ProjectKey};
use domain::work::Worked;
use uuid::Uuid;

use crate::entity::{Attributes, Entity, Reach};
use crate::error::Kind;
use crate::item::{name, number, string};
use crate::pending::{Pending, pending_position};
use crate::summary;
use crate::write::Change;

macro_rules! entity {
    ($type:ty, $kind:ident $(, $key:ident)? $(; $($extra:tt)*)?) => {
        impl Entity for $type {
            const KIND: Kind = Kind::$kind;

            fn uuid(&self) -> Uuid {
                self.id.uuid()
            }

            fn metadata(&self) -> &Metadata {
                &self.metadata
            }

            fn metadata_mut(&mut self) -> &mut Metadata {
                &mut self.metadata
            }

            $(fn key(&self) -> Option<&Key> {
                self.$key.as_ref()
            })?

            $($($extra)*)?
        }
    };
}

entity!(ApiClient, ApiClient);
entity!(
    Flow,
    Flow,
    key;
    fn attributes(&self) -> Attributes {
        // Moving a flow moves what is counted beside its integration; both ends must mean the same integration.
        Attributes(vec![Change::Set(name::INTEGRATION, string(self.integration.to_string()))])
    }
);
entity!(Integration, Integration, key);
entity!(RepositoryHost, RepositoryHost, key);
entity!(
    Environment,
    Environment,
    key;
    const IS_PLACED: bool = true;

    fn reach(&self) -> Reach {
        Reach::Environment(Some(self.id))
    }

    // Environments are listed in the order of stages.
    fn position(&self) -> String {
        format!("{:010}#{}", self.position, self.metadata.created_at)
    }
);
entity!(
    Deployment,
    Deployment;
    const IS_PLACED: bool = true;

    fn reach(&self) -> Reach {
        self.placement.into()
    }

    fn attributes(&self) -> Attributes {
        let mut attributes = attributes_of_work(self);
        attributes.0.extend(summary::attributes(self));
        attributes
    }
);
entity!(Package, Package);
entity!(
    PackageDeployment,
    PackageDeployment;
    const IS_PLACED: bool = true;

    fn reach(&self) -> Reach {
        self.placement.into()
    }

    fn attributes(&self) -> Attributes {
        attributes_of_work(self)
    }
);
entity!(
    ConnectorDeployment,
    ConnectorDeployment,
    key;
    fn attributes(&self) -> Attributes {
        attributes_of_work(self)
    }
);
entity!(
    ConnectorStaged,
    ConnectorStaged,
    key;
    fn attributes(&self) -> Attributes {
        attributes_of_work(self)
    }

    fn owner(&self) -> Option<&ProjectKey> {
        Some(&self.owner)
    }
);
// It goes by the key that the staged connector has claimed for both.
entity!(
    Connector,
    Connector;
    fn owner(&self) -> Option<&ProjectKey> {
        Some(&self.owner)
    }
);

impl Entity for ProjectSettings {
    const KIND: Kind = Kind::ProjectSettings;

    fn uuid(&self) -> Uuid {
        Self::id(&self.project)
    }

    fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    fn metadata_mut(&mut self) -> &mut Metadata {
        &mut self.metadata
    }
}

/// What conditions of workers and the index of pending work use.
fn attributes_of_work<W: Worked + Entity>(worked: &W) -> Attributes {
    let mut changes = vec![
        Change::Set(name::EPOCH, number(worked.work_state().epoch)),
        Change::Set(name::STATUS, string(worked.status_word())),
    ];
    if let Some(operation) = worked.operation_id() {
        changes.push(Change::Set(name::OPERATION, string(operation.to_string())));
    }
    match Pending::of(worked) {
        Some(pending) => changes.extend([
            Change::Set(name::PENDING_PK, string(pending.shard)),
            Change::Set(name::PENDING_SK, string(pending_position(pending.due, worked.uuid()))),
        ]),
        None => changes.extend([Change::Remove(name::PENDING_PK), Change::Remove(name::PENDING_SK)]),
    }
    Attributes(changes)
}
