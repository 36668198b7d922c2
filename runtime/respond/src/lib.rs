//! nvp-respond
