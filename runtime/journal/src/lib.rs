//! nvp-journal
