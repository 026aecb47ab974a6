//! The settings of a project: one item, which is there from the first change on. It is in no list and in no count.

use domain::project_settings::ProjectSettings;

use crate::entity::Stored;
use crate::error::{Kind, StoreError};
use crate::item::{name, number};
use crate::project::{replacement, version_refused};
use crate::write::{Condition, Write};
use crate::{ProjectStore, keys};

impl ProjectStore {
    /// The project's settings, unless nothing was ever changed. One consistent read.
    pub async fn settings(&self) -> Result<Option<Stored<ProjectSettings>>, StoreError> {
        let id = ProjectSettings::id(&self.project);
        let item = self.table.get(keys::entity(&self.project, Kind::ProjectSettings, id), true).await?;
        item.as_ref().map(Stored::from_item).transpose()
    }

    /// Writes settings that were at version `expected`: 0 where nothing was stored yet. Of several first changes at
    /// once one is made; the others are [`StoreError::Stale`].
    pub async fn save_settings(&self, settings: &ProjectSettings, expected: u64) -> Result<(), StoreError> {
        let own = keys::entity(&self.project, Kind::ProjectSettings, ProjectSettings::id(&self.project));
        let condition = match expected {
            0 => Condition::Absent,
            _ => Condition::Equals(name::VERSION, number(expected)),
        };
        let refused = version_refused(settings, expected, None);
        self.write(vec![Write::update(own, replacement(settings)?, vec![condition], refused)]).await
    }
}
