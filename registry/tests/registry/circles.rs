//! No files of a crate depend on each other in a circle.

use crate::root;

#[test]
fn no_files_of_a_crate_depend_on_each_other_in_a_circle() {
    assert_eq!(registry::circles(&root()).unwrap(), Vec::<String>::new(), "{}", registry::MEND_CIRCLES);
}
