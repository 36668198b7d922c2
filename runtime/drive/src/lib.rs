//! nvp-drive: the shell around the engine: loads policies, makes generations of them, feeds samples, tells decisions.
//!
//! It may read files; what is decided it takes from the engine and never decides itself. It knows no terminal and no command line.

pub mod against;
pub mod alert_rows;
pub mod binding;
pub mod codes;
pub mod decision;
pub mod dry_run;
pub mod feed;
pub mod generation;
pub mod given;
pub mod instant;
pub mod journaled;
pub mod live;
pub mod load;
pub mod mutation;
pub mod observe;
pub mod recorded;
pub mod rehearsal;
pub mod state;
pub mod test_run;
pub mod timeline;
pub mod value_tree;
