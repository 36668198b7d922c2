//! Problems with what a playbook says, and with what it would do.

use nvp_dsl::Span;
use nvp_dsl::diagnostic::Diagnostic;

use crate::codes;

/// A playbook that does nothing.
pub(crate) struct WithoutStep<'t> {
    pub(crate) playbook: &'t str,
    pub(crate) span: Span,
}

impl From<WithoutStep<'_>> for Diagnostic {
    fn from(WithoutStep { playbook, span }: WithoutStep<'_>) -> Self {
        Diagnostic::error(codes::WITHOUT_STEP, format!("`{playbook}` does nothing: it has no step"), span)
            .help("add one: `step NAME { do PROVIDER.WRITE(…) }`")
    }
}

/// A step that does nothing.
pub(crate) struct WithoutDo<'t> {
    pub(crate) step: &'t str,
    pub(crate) span: Span,
}

impl From<WithoutDo<'_>> for Diagnostic {
    fn from(WithoutDo { step, span }: WithoutDo<'_>) -> Self {
        Diagnostic::error(codes::WITHOUT_DO, format!("the step `{step}` does not say what it does"), span)
            .help("add `do PROVIDER.WRITE(…)`")
    }
}

/// A share of something that is no number of things.
pub(crate) struct ShareOf<'t> {
    pub(crate) text: &'t str,
    pub(crate) is: String,
    pub(crate) span: Span,
}

impl From<ShareOf<'_>> for Diagnostic {
    fn from(ShareOf { text, is, span }: ShareOf<'_>) -> Self {
        let title = format!("a share is of a number of things, and `{text}` is {is}");
        Diagnostic::error(codes::SHARE_OF, title, span)
            .help("name how many there are: `at most 10% of sum(ready_instances overall)`")
    }
}

/// A share that is not between nothing and all.
pub(crate) struct ShareRange<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<ShareRange<'_>> for Diagnostic {
    fn from(ShareRange { text, span }: ShareRange<'_>) -> Self {
        Diagnostic::error(codes::SHARE_RANGE, format!("`{text}` is no share"), span)
            .help("write more than 0% and at most 100%: `at most 10% of …`")
    }
}
