//! What both are told: a small shop, scraped every 15 s at instants that are never a tick, always the same.

use std::collections::BTreeMap;

use fastrand::Rng;
use nvp_engine::STALE_MARKER;

/// The distance of ticks, and of scrapes.
pub const TICK_MS: i64 = 15_000;
/// The first tick.
const START_MS: i64 = 1_661_140_800_000;
/// How many ticks there are: under an hour, so that nothing is forgotten.
const TICKS: i64 = 200;
/// From which tick on windows (10 min, and 5 min after 5 min) are full.
const WARM_TICKS: i64 = 60;
/// A histogram's bounds on the wire.
const BOUNDS: [(&str, f64); 5] =
    [("0.05", 0.05), ("0.1", 0.1), ("0.3", 0.3), ("1", 1.0), ("+Inf", f64::INFINITY)];

/// A series on the wire: its name and its labels.
pub type Key = (String, BTreeMap<String, String>);

/// Samples of each series in order of time: instants in ms, values.
#[derive(Debug, Default)]
pub struct Samples {
    pub series: BTreeMap<Key, Vec<(i64, f64)>>,
}

/// The ticks that are compared, with where the samples begin.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub start_ms: i64,
    pub first_ms: i64,
    pub last_ms: i64,
}

impl Span {
    /// From the first tick with full windows to the last.
    pub fn of(samples: &Samples) -> Self {
        let instants = samples.series.values().flatten().map(|(at_ms, _)| *at_ms);
        assert!(instants.clone().all(|at_ms| at_ms % TICK_MS != 0), "a sample on a tick");
        assert!(instants.min() > Some(START_MS), "a sample before the start");
        Self {
            start_ms: START_MS,
            first_ms: START_MS + WARM_TICKS * TICK_MS,
            last_ms: START_MS + TICKS * TICK_MS,
        }
    }
}

/// A place where the shop runs, and from which tick to which it is scraped but for a silence.
struct Instance {
    service: &'static str,
    name: &'static str,
    ticks: std::ops::Range<i64>,
    silent: std::ops::Range<i64>,
    /// The ticks at which it restarts: its counters begin again.
    restarts: &'static [i64],
}

const INSTANCES: [Instance; 6] = [
    instance("cart", "cart-1", 0..TICKS, 0..0, &[]),
    instance("cart", "cart-2", 0..TICKS, 0..0, &[90]),
    // stops for good: goes stale, and windows run empty
    instance("cart", "cart-3", 0..100, 0..0, &[]),
    instance("mail", "mail-1", 0..TICKS, 0..0, &[61, 63, 140]),
    // a target that comes later, and is silent for some minutes
    instance("mail", "mail-2", 72..TICKS, 112..130, &[]),
    instance("pay", "pay-1", 0..TICKS, 0..0, &[60, 132, 133]),
];

const fn instance(
    service: &'static str,
    name: &'static str,
    ticks: std::ops::Range<i64>,
    silent: std::ops::Range<i64>,
    restarts: &'static [i64],
) -> Instance {
    Instance { service, name, ticks, silent, restarts }
}

impl Samples {
    /// Six instances of three services, with counters, gauges and histograms.
    pub fn shop() -> Self {
        let mut samples = Self::default();
        for (seed, instance) in (1..).zip(&INSTANCES) {
            samples.scrape(instance, &mut Rng::with_seed(seed));
        }
        let mut random = Rng::with_seed(99);
        for tick in 0..TICKS {
            for (service, limit) in [("cart", 30.0), ("mail", 12.5), ("pay", 40.0)] {
                let at_ms = START_MS + tick * TICK_MS + random.i64(4_000..9_000);
                samples.push("shop_limit", &[("service", service)], at_ms, limit + (tick / 50) as f64);
            }
        }
        samples
    }

    /// Two services whose series are ended by stale markers and come again: at once, after a while, and not any more.
    pub fn interrupted() -> Self {
        let mut samples = Self::default();
        let mut random = Rng::with_seed(7);
        let ends: [(&str, &str, &[[i64; 2]]); 3] = [
            ("cart", "cart-1", &[[70, 71], [90, 110], [150, 152]]),
            ("cart", "cart-2", &[[100, 101], [102, 103], [140, TICKS]]),
            ("mail", "mail-1", &[[66, 67]]),
        ];
        for (service, name, ends) in ends {
            let mut count = 0.0;
            for tick in 0..TICKS {
                let at_ms = START_MS + tick * TICK_MS + random.i64(2_000..12_000);
                let (depth, grown) = (f64::from(random.u32(0..9)), f64::from(random.u32(0..50)));
                let labels = [("service", service), ("instance", name)];
                let counted = [labels[0], labels[1], ("code", "200")];
                let silence = ends.iter().find(|[from, until]| (*from..*until).contains(&tick));
                match silence {
                    Some([from, _]) if *from == tick => {
                        samples.push("shop_depth", &labels, at_ms, STALE_MARKER);
                        samples.push("shop_requests_total", &counted, at_ms, STALE_MARKER);
                    }
                    Some(_) => {}
                    None => {
                        count += grown;
                        samples.push("shop_depth", &labels, at_ms, depth);
                        samples.push("shop_requests_total", &counted, at_ms, count);
                    }
                }
            }
        }
        samples
    }

    /// The samples in the slot of a tick: series by their places.
    pub fn of_tick(&self, tick_ms: i64) -> impl Iterator<Item = (u32, i64, f64)> + '_ {
        let slot = move |(at_ms, _): &&(i64, f64)| *at_ms > tick_ms - TICK_MS && *at_ms <= tick_ms;
        (0..).zip(self.series.values()).flat_map(move |(series, samples)| {
            samples.iter().filter(slot).map(move |(at_ms, value)| (series, *at_ms, *value))
        })
    }

    fn push(&mut self, name: &str, labels: &[(&str, &str)], at_ms: i64, value: f64) {
        let labels = labels.iter().chain(&[("job", "shop")]);
        let labels = labels.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.series.entry((name.to_owned(), labels)).or_default().push((at_ms, value));
    }

    fn scrape(&mut self, instance: &Instance, random: &mut Rng) {
        let phase_ms = random.i64(4_000..11_000);
        let mut shop = Shop::new(random);
        for tick in instance.ticks.clone() {
            if instance.restarts.contains(&tick) {
                shop.counters = Counters::default();
            }
            shop.go_on(random);
            let is_missed = random.u32(0..100) < 6 && tick > instance.ticks.start;
            if is_missed || instance.silent.contains(&tick) {
                continue;
            }
            let at_ms = START_MS + tick * TICK_MS + phase_ms + random.i64(-2_000..2_000);
            let labels = [("service", instance.service), ("instance", instance.name)];
            shop.counters.tell(self, labels, at_ms);
            self.push("shop_temperature", &labels, at_ms, shop.temperature);
            self.push("shop_depth", &labels, at_ms, shop.depth);
            if tick % 40 < 20 && instance.name != "cart-1" {
                self.push("shop_rare", &labels, at_ms, shop.temperature / 3.0);
            }
        }
    }
}

/// What an instance would show if it were asked.
struct Shop {
    temperature: f64,
    depth: f64,
    counters: Counters,
}

#[derive(Default)]
struct Counters {
    codes: [f64; 3],
    buckets: [f64; BOUNDS.len()],
    seconds: f64,
}

impl Shop {
    fn new(random: &mut Rng) -> Self {
        // A target that has run for a while before it is first scraped.
        let codes = [f64::from(random.u32(0..9_000)), f64::from(random.u32(0..90)), 0.0];
        let counters = Counters { codes, ..Counters::default() };
        Self { temperature: 10.0 + random.f64() * 4.0, depth: 3.0, counters }
    }

    fn go_on(&mut self, random: &mut Rng) {
        self.temperature += (random.f64() - 0.5) * 3.0;
        if random.u32(0..3) == 0 {
            self.depth = f64::from(random.u32(0..12));
        }
        let counters = &mut self.counters;
        let grown = [random.u32(0..400), random.u32(0..5), u32::from(random.u32(0..8) == 0)];
        counters.codes.iter_mut().zip(grown).for_each(|(count, grown)| *count += f64::from(grown));
        for _ in 0..random.u32(0..30) {
            let took = random.f64() * random.f64() * 1.6;
            counters.seconds += took;
            let buckets = counters.buckets.iter_mut().zip(BOUNDS);
            buckets.filter(|(_, (_, bound))| took <= *bound).for_each(|(count, _)| *count += 1.0);
        }
    }
}

impl Counters {
    fn tell(&self, samples: &mut Samples, labels: [(&str, &str); 2], at_ms: i64) {
        for (code, count) in ["200", "404", "500"].into_iter().zip(self.codes) {
            samples.push("shop_requests_total", &[labels[0], labels[1], ("code", code)], at_ms, count);
        }
        for ((bound, _), count) in BOUNDS.into_iter().zip(self.buckets) {
            samples.push("shop_latency_seconds_bucket", &[labels[0], labels[1], ("le", bound)], at_ms, count);
        }
        samples.push("shop_latency_seconds_sum", &labels, at_ms, self.seconds);
        samples.push("shop_latency_seconds_count", &labels, at_ms, self.buckets[BOUNDS.len() - 1]);
    }
}
