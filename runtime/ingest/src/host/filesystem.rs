//! Mounted filesystems: how large, how full, from `/proc/…/mounts` and `statvfs`.

use std::collections::BTreeSet;

use super::mounts::{Answer, Mounts};
use super::sink::Sink;
use super::{Failure, Roots};

/// Filesystems of the kernel itself, which hold no files of anybody, as node_exporter leaves them out.
const KINDS_LEFT_OUT: [&str; 26] = [
    "autofs",
    "binfmt_misc",
    "bpf",
    "cgroup",
    "cgroup2",
    "configfs",
    "debugfs",
    "devpts",
    "devtmpfs",
    "fusectl",
    "hugetlbfs",
    "iso9660",
    "mqueue",
    "nsfs",
    "overlay",
    "proc",
    "procfs",
    "pstore",
    "rpc_pipefs",
    "securityfs",
    "selinuxfs",
    "squashfs",
    "sysfs",
    "tracefs",
    "efivarfs",
    "none",
];

/// Folders whose mounts are the system's or a container's, as node_exporter leaves them out.
const POINTS_LEFT_OUT: [&str; 3] = ["/dev", "/proc", "/sys"];
const FOLDERS_LEFT_OUT: [&str; 3] = ["/var/lib/docker/", "/var/lib/containers/storage/", "/run/credentials/"];

/// One line of the list of mounts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Mount {
    device: String,
    mountpoint: String,
    kind: String,
    readonly: bool,
}

pub(super) fn collect(roots: &Roots, mounts: &mut Mounts, sink: &mut Sink<'_>) -> Result<(), Failure> {
    // Those of the first process: our own may live in a smaller world.
    let text = roots.proc("1/mounts").or_else(|_| roots.proc("self/mounts"))?;
    let found: BTreeSet<_> = text.lines().filter_map(mount).filter(|mount| !is_left_out(mount)).collect();
    let paths: Vec<_> = found.iter().map(|mount| roots.at_root(&mount.mountpoint)).collect();
    let answers = mounts.ask(&paths);
    let mut problems = Vec::new();
    for (mount, answer) in found.iter().zip(answers) {
        let labels =
            [("device", &*mount.device), ("fstype", &*mount.kind), ("mountpoint", &*mount.mountpoint)];
        let failed = f64::from(u8::from(!matches!(answer, Answer::Known(_))));
        sink.gauge("node_filesystem_device_error", &labels, failed);
        sink.gauge("node_filesystem_readonly", &labels, f64::from(u8::from(mount.readonly)));
        match answer {
            Answer::Known(room) => {
                for (name, value) in [
                    ("size_bytes", room.size_bytes),
                    ("free_bytes", room.free_bytes),
                    ("avail_bytes", room.avail_bytes),
                    ("files", room.files),
                    ("files_free", room.files_free),
                ] {
                    sink.gauge(&format!("node_filesystem_{name}"), &labels, value);
                }
            }
            Answer::Refused(why) => problems.push(format!("`{}`: {why}", mount.mountpoint)),
            Answer::Silent => problems.push(format!("`{}` does not answer", mount.mountpoint)),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Failure::Unreadable(problems.join(", "))) }
}

fn mount(line: &str) -> Option<Mount> {
    let mut words = line.split(' ');
    let (device, mountpoint, kind) = (words.next()?, words.next()?, words.next()?);
    let readonly = words.next()?.split(',').any(|option| option == "ro");
    Some(Mount { device: plain(device), mountpoint: plain(mountpoint), kind: kind.to_owned(), readonly })
}

/// A path with the kernel's escapes for blanks undone.
fn plain(path: &str) -> String {
    path.replace("\\040", " ").replace("\\011", "\t").replace("\\012", "\n").replace("\\134", "\\")
}

fn is_left_out(mount: &Mount) -> bool {
    let point = mount.mountpoint.as_str();
    let within = |folder: &str| {
        point.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let below = |folder: &str| point.strip_prefix(folder).is_some_and(|rest| !rest.is_empty());
    KINDS_LEFT_OUT.contains(&mount.kind.as_str())
        || POINTS_LEFT_OUT.iter().any(|folder| within(folder))
        || FOLDERS_LEFT_OUT.iter().any(|folder| below(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mounts_are_read_and_the_systems_own_left_out() {
        let kept = |line: &str| mount(line).filter(|m| !is_left_out(m)).map(|m| (m.mountpoint, m.readonly));
        assert_eq!(kept("/dev/vda / ext4 rw,relatime 0 0"), Some(("/".into(), false)));
        assert_eq!(kept(r"/dev/sdb /mnt/a\040b\134c xfs ro,noatime 0 0"), Some((r"/mnt/a b\c".into(), true)));
        assert_eq!(kept("tmpfs /run tmpfs rw 0 0"), Some(("/run".into(), false)));
        assert_eq!(kept("/dev/sdc /device ext4 rw,errors=remount-ro 0 0"), Some(("/device".into(), false)));
        for line in [
            "proc /proc proc rw 0 0",
            "tmpfs /dev/shm tmpfs rw 0 0",
            "tmpfs /sys/firmware tmpfs ro 0 0",
            "overlay /merged overlay rw 0 0",
            "/dev/vda /var/lib/docker/x ext4 rw 0 0",
            "ramfs /run/credentials/unit ramfs ro 0 0",
            "cgroup2 /elsewhere cgroup2 rw 0 0",
            "broken",
            "",
        ] {
            assert_eq!(kept(line), None, "{line}");
        }
    }
}
