//! Makes the bench site: a control repo over Debian's packaged modules, of any number of nodes.
//!
//! In: `benches/site/repo`, the site's code, and the facts of one host as a pattern. Out: a folder with the code, three
//! levels of data, and one file of facts a node. The same number of nodes gives the same bytes. The fleet of 131 is
//! what the benches measure; a larger one has more nodes of the same kinds.

use std::{
    fmt::Write,
    fs, io,
    path::{Path, PathBuf},
};

/// Where the modules are that the site is made of.
pub const MODULES: &str = "/usr/share/puppet/modules";

/// How many nodes the measured fleet has.
pub const FLEET: usize = 131;

/// Roles, each as often as the fleet has hosts of it.
const ROLES: [(&str, usize); 10] = [
    ("web", 44),
    ("db", 22),
    ("queue", 10),
    ("cloud", 20),
    ("dns", 6),
    ("boot", 5),
    ("discovery", 5),
    ("monitor", 2),
    ("mail", 4),
    ("files", 13),
];

/// One node.
pub struct Node {
    /// Its number in the fleet.
    pub number: usize,
    /// Its role.
    pub role: &'static str,
    /// The short name.
    pub host: String,
}

impl Node {
    /// Returns its certname.
    pub fn certname(&self) -> String {
        format!("{}.example.org", self.host)
    }
}

/// Returns the nodes of a fleet of this size.
pub fn nodes(count: usize) -> Vec<Node> {
    let kinds: Vec<&str> =
        ROLES.iter().flat_map(|(role, hosts)| std::iter::repeat_n(*role, *hosts)).collect();
    let node = |number: usize| {
        let role = kinds[number % kinds.len()];
        Node { number, role, host: format!("{role}{number:05}") }
    };
    (0..count).map(node).collect()
}

/// Returns ten nodes that show all roles.
pub fn sample() -> Vec<Node> {
    let mut seen: Vec<&str> = Vec::new();
    let first_of_role = |node: &Node| {
        let new = !seen.contains(&node.role);
        seen.push(node.role);
        new
    };
    nodes(FLEET).into_iter().filter(first_of_role).collect()
}

/// Writes a site of this many nodes into a folder.
pub fn generate(folder: &Path, count: usize) -> io::Result<()> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/site");
    copy(&own.join("repo"), folder)?;
    fs::create_dir_all(folder.join("facts"))?;
    fs::create_dir_all(folder.join("data/nodes"))?;
    fs::create_dir_all(folder.join("data/roles"))?;
    fs::write(folder.join("data/common.yaml"), common())?;
    for (role, _) in ROLES {
        fs::write(folder.join(format!("data/roles/{role}.yaml")), of_role(role))?;
    }
    let pattern = fs::read_to_string(own.join("facts.json"))?;
    for node in nodes(count) {
        let name = node.certname();
        fs::write(folder.join(format!("facts/{name}.json")), facts(&pattern, &node))?;
        fs::write(folder.join(format!("data/nodes/{name}.yaml")), of_node(&node))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    let entries: Vec<PathBuf> =
        fs::read_dir(from)?.map(|entry| entry.map(|it| it.path())).collect::<io::Result<_>>()?;
    for path in entries {
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() { copy(&path, &target)? } else { fs::write(target, fs::read(&path)?)? }
    }
    Ok(())
}

/// The facts of the pattern with what differs from host to host.
fn facts(pattern: &str, node: &Node) -> String {
    let number = node.number;
    let filled = [
        ("{{host}}", node.host.clone()),
        ("{{role}}", node.role.to_owned()),
        ("{{site}}", ["north", "south", "west"][number % 3].to_owned()),
        ("{{ip}}", format!("10.{}.{}.{}", number / 62_500, number / 250 % 250, number % 250 + 1)),
        ("{{hex}}", format!("{:x}", number + 1)),
        ("{{mac}}", format!("{:02x}:{:02x}", number / 256 % 256, number % 256)),
        ("{{cpus}}", [2, 4, 8][number % 3].to_string()),
        ("{{memory}}", ((number as u64 % 4 + 1) * 1_028_126_720).to_string()),
    ];
    filled.iter().fold(pattern.to_owned(), |text, (mark, value)| text.replace(mark, value))
}

/// A text that looks like a public key, the same for the same name.
fn key(name: &str) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state =
        name.bytes().fold(7_u64, |state, byte| state.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut text = "AAAAC3NzaC1lZDI1NTE5AAAAI".to_owned();
    for _ in 0..43 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push(char::from(letters[(state >> 33) as usize % letters.len()]));
    }
    text
}

fn account(text: &mut String, name: &str, uid: usize, groups: &str) {
    let _ = write!(
        text,
        "  {name}:\n    uid: {uid}\n    name: \"{}. Example\"\n    groups: [{groups}]\n    keys:\n      laptop: {}\n",
        name[..1].to_uppercase(),
        key(name)
    );
}

/// The lowest level: what holds for all hosts.
fn common() -> String {
    let mut text = include_str!("common.yaml").to_owned();
    text.push_str("profile::accounts::accounts:\n");
    for (index, name) in
        ["alice", "bob", "carol", "dan", "erin", "frank", "grace", "heidi", "ivan", "judy"].iter().enumerate()
    {
        account(&mut text, name, 2000 + index, "ops, adm");
    }
    text.push_str("profile::jobs::jobs:\n");
    for index in 0..14 {
        let every = [5, 10, 15, 20, 30][index % 5];
        let _ = writeln!(
            text,
            "  task{index:02}: {{ command: \"/usr/local/bin/task --number {index} --host %{{facts.networking.fqdn}}\", every: {every} }}"
        );
    }
    text.push_str("profile::agent::checks:\n");
    for index in 0..18 {
        let _ = writeln!(
            text,
            "  check{index:02}: {{ interval: {}, target: \"tcp://%{{facts.networking.ip}}:{}\", levels: [1, 2.5, {index}] }}",
            30 + index,
            9000 + index
        );
    }
    text
}

/// The middle level: what a role adds.
fn of_role(role: &str) -> String {
    let mut text = format!(
        "---\nprofile::motd::owner: team-{role}\nprofile::motd::notes: [\"{role} on %{{facts.networking.hostname}}\", \"ask %{{lookup('contact')}}\"]\nprofile::accounts::admins: [alice, bob]\n"
    );
    text.push_str("profile::accounts::accounts:\n");
    for index in 0..6 {
        account(&mut text, &format!("{role}{index}"), 3000 + index, role);
    }
    if matches!(role, "web" | "queue") {
        text.push_str("profile::apps::apps:\n");
        let instances = if role == "web" { 4 } else { 5 };
        for (index, name) in ["shop", "shop-admin", "search", "stock", "billing"].iter().enumerate() {
            let list: Vec<String> = (0..instances).map(|one| one.to_string()).collect();
            let _ = write!(
                text,
                "  {name}:\n    port: {}\n    memory: {}M\n    instances: [{}]\n    domains: [{name}.example.org, {name}.example.net, www.{name}.example.com]\n    env:\n      DATABASE_URL: \"mongodb://db.example.org/{name}?role={role}\"\n      LOG_LEVEL: info\n      GREETING: \"it's %{{facts.site}}\"\n",
                8000 + index * 100,
                256 + index * 64,
                list.join(", ")
            );
        }
    }
    text.push_str(match role {
        "web" => include_str!("web.yaml"),
        "db" => "profile::database::databases: [orders, people, stock, search, events, audit, sessions, prices, reviews, images, mails, tokens]\n",
        "dns" => "profile::names::zones:\n  example.org: { ns1: 192.0.2.1, www: 192.0.2.80, mail: 192.0.2.25 }\n  example.net: { ns1: 192.0.2.1, www: 192.0.2.81 }\n",
        "boot" => "profile::boot::images: { bookworm: http://deb.example.org/bookworm, trixie: http://deb.example.org/trixie, rescue: http://deb.example.org/rescue }\n",
        "mail" => "profile::mail::aliases: { postmaster: root, abuse: \"root, alice\", hostmaster: bob }\n",
        "files" => "profile::files::shares:\n  pub: { path: /srv/pub, read_only: true }\n  drop: { path: /srv/drop, read_only: false }\n  home: { path: /srv/home, read_only: true }\n",
        _ => "",
    });
    if matches!(role, "db" | "dns" | "mail" | "files") {
        text.push_str("profile::backup::sets: { etc: [/etc, /var/lib/dpkg], data: [/srv, /var/lib], logs: [/var/log] }\n");
    }
    text
}

/// The highest level: what one host has of its own.
fn of_node(node: &Node) -> String {
    let number = node.number;
    let mut text = format!("---\nprofile::motd::notes: [\"rack {}\"]\n", number % 40);
    if number.is_multiple_of(3) {
        text.push_str("profile::accounts::accounts:\n");
        account(&mut text, &format!("guest{}", number % 50), 4000 + number % 50, "guests");
    }
    if number.is_multiple_of(5) {
        let _ = writeln!(text, "profile::base::sysctl:\n  kernel.panic: {{ value: {} }}", number % 60 + 5);
    }
    text
}
