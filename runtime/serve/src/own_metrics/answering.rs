//! How alerts are answered.

use nvp_drive::live::status::AnswersStatus;

use super::count;
use super::families::{Families, Kind};

/// Adds the families.
pub(super) fn add(families: &mut Families, answers: &AnswersStatus) {
    families.add("incidents_open", Kind::Gauge, "Incidents that are open.", |family| {
        family.value(&[], count(answers.incidents));
    });
    families.add("actions_under_way", Kind::Gauge, "Runs of playbooks that have not ended.", |family| {
        family.value(&[], count(answers.actions));
    });
    let help = "Whether playbooks stand still because the journal or the input log cannot be written.";
    families.add("actions_halted", Kind::Gauge, help, |family| {
        family.value(&[], if answers.halted.is_some() { 1.0 } else { 0.0 });
    });
    let help = "Inputs whose effects are not in the journal yet.";
    families.add("journal_inputs_waiting", Kind::Gauge, help, |family| {
        family.value(&[], count(answers.entries_waiting));
    });
    families.add("provider_calls", Kind::Gauge, "Calls of providers under way or waiting.", |family| {
        family.value(&[], count(answers.calls));
    });
    families.add(
        "channel_failing",
        Kind::Gauge,
        "Whether the last attempt to tell somebody failed.",
        |family| {
            for channel in &answers.channels {
                let failing = if channel.is_failing { 1.0 } else { 0.0 };
                family.value(&[("channel", &channel.channel)], failing);
            }
        },
    );
    let help = "Notifications in hand of a channel.";
    families.add("channel_notifications_in_hand", Kind::Gauge, help, |family| {
        for channel in &answers.channels {
            family.value(&[("channel", &channel.channel)], count(channel.in_hand as u64));
        }
    });
    let help = "Notifications, by what became of them.";
    families.add("channel_notifications_total", Kind::Counter, help, |family| {
        for channel in &answers.channels {
            for (result, number) in [("told", channel.told), ("failed", channel.failed)] {
                family.value(&[("channel", &channel.channel), ("result", result)], count(number));
            }
        }
    });
    families.add("channel_retries_total", Kind::Counter, "Attempts to tell somebody made again.", |family| {
        for channel in &answers.channels {
            family.value(&[("channel", &channel.channel)], count(channel.retried));
        }
    });
    let help = "Notifications sent in plain words because a template failed.";
    families.add("channel_template_failures_total", Kind::Counter, help, |family| {
        for channel in &answers.channels {
            family.value(&[("channel", &channel.channel)], count(channel.template_failures));
        }
    });
}
