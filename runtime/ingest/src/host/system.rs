//! Who this machine is.

use super::sink::Sink;
use super::{Failure, Roots, roots};

/// The kernel and the host's name.
pub(super) fn uname(_: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let system = rustix::system::uname();
    let [domainname, machine, nodename, release, sysname, version] = [
        system.domainname(),
        system.machine(),
        system.nodename(),
        system.release(),
        system.sysname(),
        system.version(),
    ]
    .map(|text| text.to_string_lossy());
    let labels = [
        ("domainname", &*domainname),
        ("machine", &*machine),
        ("nodename", &*nodename),
        ("release", &*release),
        ("sysname", &*sysname),
        ("version", &*version),
    ];
    sink.gauge("node_uname_info", &labels, 1.0);
    Ok(())
}

/// What of the distribution's own description becomes a label.
const OS_KEYS: [(&str, &str); 12] = [
    ("BUILD_ID", "build_id"),
    ("ID", "id"),
    ("ID_LIKE", "id_like"),
    ("IMAGE_ID", "image_id"),
    ("IMAGE_VERSION", "image_version"),
    ("NAME", "name"),
    ("PRETTY_NAME", "pretty_name"),
    ("VARIANT", "variant"),
    ("VARIANT_ID", "variant_id"),
    ("VERSION", "version"),
    ("VERSION_CODENAME", "version_codename"),
    ("VERSION_ID", "version_id"),
];

/// The distribution, from `/etc/os-release` or `/usr/lib/os-release`.
pub(super) fn os(roots: &Roots, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let text = match roots::read(&roots.at_root("etc/os-release")) {
        Err(Failure::Absent) => roots::read(&roots.at_root("usr/lib/os-release"))?,
        read => read?,
    };
    let value_of = |key: &str| {
        let assigned = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        assigned.map(|value| value.trim().trim_matches(['"', '\'']).to_owned()).unwrap_or_default()
    };
    let values = OS_KEYS.map(|(key, label)| (label, value_of(key)));
    let labels: Vec<_> = values.iter().map(|(label, value)| (*label, value.as_str())).collect();
    sink.gauge("node_os_info", &labels, 1.0);
    let number: String = value_of("VERSION_ID").splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
    if let Ok(version) = number.parse() {
        let who: Vec<_> =
            labels.iter().copied().filter(|(label, _)| matches!(*label, "id" | "id_like" | "name")).collect();
        sink.gauge("node_os_version", &who, version);
    }
    Ok(())
}
