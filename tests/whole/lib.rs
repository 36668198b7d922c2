//! Nothing: this package exists for its tests. (A package needs a target of its own to hold an integration test.)
