//! Places in the plan's tables, one type each so that they cannot be mixed up.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The place as an index.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A domain: the rows of one label set.
    DomainId,
    /// A projection map between two domains.
    MapId,
    /// A join with an info metric.
    LendId,
    /// A stream of wire samples.
    InputId,
    /// A lane of time: 0 is the present, the others are `ago`.
    LaneId,
    /// A set of rows of a domain: which rows an expression has.
    RowsId,
    /// A column of numbers.
    ColumnId,
    /// A column of conditions.
    ConditionId,
    /// A window.
    WindowId,
    /// The clocks of one `for`.
    HoldId,
    /// A delay of a condition by whole ticks.
    LagId,
    /// A kernel's shape.
    KernelId,
    /// A step of the plan.
    StepId,
    /// An alert.
    AlertId,
    /// A tree that explains an expression.
    TreeId,
    /// A service.
    ServiceId,
    /// A team.
    TeamId,
    /// A channel.
    ChannelId,
    /// A calendar.
    CalendarId,
    /// An escalation ladder.
    LadderId,
    /// A provider.
    ProviderId,
    /// A playbook.
    PlaybookId,
    /// A value of the evaluation that a playbook reads.
    ObservationId,
}
