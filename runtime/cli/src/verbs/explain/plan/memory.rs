//! What a plan's evaluation keeps for each row, by label set: known before the first series appears.

use nvp_plan::Plan;
use nvp_plan::ids::DomainId;

use crate::table::{Align, Table};
use crate::words;

/// A number of a column.
const COLUMN_BITS: u64 = 64;
/// Whether a condition is true, and whether it is false.
const CONDITION_BITS: u64 = 2;
/// The clock of a `for`: a tick, three bits of state, and its share of what is due when.
const CLOCK_BITS: u64 = 36;
/// An alert's row: since when it is what it is, and four bits besides one for each level.
const ALERT_BITS: u64 = 36;

/// What one label set's rows take, in bits.
struct Bits {
    columns: u64,
    conditions: u64,
    clocks: u64,
    windows: u64,
}

/// A line for each label set that keeps something, the dearest first.
pub fn lines(plan: &Plan, width: Option<usize>) -> Vec<String> {
    let mut table = Table::new(&[
        ("rows by", Align::Left),
        ("columns", Align::Right),
        ("conditions", Align::Right),
        ("clocks", Align::Right),
        ("windows", Align::Right),
        ("all", Align::Right),
    ]);
    let domains = plan.domains.iter().zip(0..).map(|(domain, id)| (domain, bits_of(plan, DomainId(id))));
    let mut domains: Vec<_> = domains.filter(|(_, bits)| bits.all() > 0).collect();
    domains.sort_by_key(|(domain, bits)| (std::cmp::Reverse(bits.all()), &domain.labels));
    let bytes = |bits: u64| words::grouped(bits.div_ceil(8));
    for (domain, bits) in domains {
        let name = if domain.labels.is_empty() { "(one row)".to_owned() } else { super::rows_by(domain) };
        let parts = [bits.columns, bits.conditions, bits.clocks, bits.windows, bits.all()];
        table.row(std::iter::once(name).chain(parts.map(bytes)).collect());
    }
    table.lines(width)
}

fn bits_of(plan: &Plan, id: DomainId) -> Bits {
    let count =
        |domains: &mut dyn Iterator<Item = DomainId>| domains.filter(|domain| *domain == id).count() as u64;
    let alerts = plan.alerts.iter().filter(|alert| alert.domain == id);
    let lags = plan.lags.iter().filter(|lag| lag.domain == id);
    let windows = plan.windows.iter().filter(|window| window.domain == id);
    Bits {
        columns: count(&mut plan.columns.iter().map(|column| column.domain)) * COLUMN_BITS,
        conditions: count(&mut plan.conditions.iter().map(|condition| condition.domain)) * CONDITION_BITS,
        clocks: count(&mut plan.holds.iter().map(|hold| hold.domain)) * CLOCK_BITS
            + lags.map(|lag| u64::from(lag.ticks) * CONDITION_BITS).sum::<u64>()
            + alerts.map(|alert| ALERT_BITS + alert.levels.len() as u64).sum::<u64>(),
        windows: windows.map(|window| window.bytes_per_row() * 8).sum(),
    }
}

impl Bits {
    fn all(&self) -> u64 {
        self.columns + self.conditions + self.clocks + self.windows
    }
}
