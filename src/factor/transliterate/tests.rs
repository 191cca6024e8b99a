//! Small manifests and templates: what they become, and that it gives what Puppet gives.

use super::*;
use crate::{
    emit::nix,
    factor::evaluate::{Environment, evaluate},
    source::{Frame, MemoryWorld},
};

/// The inputs of class `t`, the facts, a key of Hiera.
struct Given;

fn input(path: &str, kind: Kind) -> Option<Term> {
    Some(Term { expr: Expr::select(path), kind })
}

impl Inputs for Given {
    fn parameter(&self, class: &str, name: &str) -> Option<Term> {
        let of = |forms| Kind::new(forms);
        let kind = match (class, name) {
            ("t", "port") => of(Kind::INT),
            ("t", "label" | "mode") | ("other", "label") => of(Kind::STR),
            ("t", "on") => of(Kind::BOOL),
            ("t", "opt") => of(Kind::NULL | Kind::STR),
            ("t", "list") => Kind::list(of(Kind::STR)),
            ("t", "ports") => Kind::list(of(Kind::INT)),
            ("t", "users") => Kind::set(of(Kind::INT)),
            _ => return None,
        };
        input(&format!("cfg.{name}"), kind)
    }

    fn fact(&self, path: &[&str]) -> Option<Term> {
        match path {
            ["networking", "hostname"] => input("config.networking.hostName", Kind::new(Kind::STR)),
            ["processors", "count"] => input("cfg.cores", Kind::new(Kind::INT)),
            ["os", "family"] => Some(Expr::str("Debian").into()),
            _ => None,
        }
    }

    fn variable(&self, name: &str) -> Option<Term> {
        (name == "role").then(|| Expr::str("web").into())
    }

    fn trusted(&self, _: &[&str]) -> Option<Term> {
        None
    }

    fn lookup(&self, key: &str) -> Option<Term> {
        (key == "admin").then(|| Expr::str("root@example.net").into())
    }

    fn origin(&self, _: &str) -> Option<Arc<Origin>> {
        None
    }
}

const PARAMETERS: &str = "Integer $port, String $label, Boolean $on, Optional[String] $opt, Array[String] $list, \
    Array[Integer] $ports, Hash[String, Integer] $users, Enum['Slow', 'fast'] $mode, String $default = \"d-${label}\"";

fn host(second: bool) -> Environment {
    let mut environment = Environment::default();
    let mut set = |path: &str, one: Expr, two: Expr| {
        let path: Vec<EcoString> = path.split('.').map(Into::into).collect();
        environment.set(&path, if second { &two } else { &one }).unwrap();
    };
    set("cfg.port", Expr::Int(80), Expr::Int(8080));
    set("cfg.label", Expr::str("Main"), Expr::str("x.y.z"));
    set("cfg.on", Expr::Bool(true), Expr::Bool(false));
    set("cfg.opt", Expr::Null, Expr::str("o"));
    set("cfg.list", Expr::strings(["b", "a"]), Expr::strings(["c"]));
    set("cfg.ports", Expr::List(vec![Expr::Int(1), Expr::Int(2)]), Expr::List(vec![]));
    set(
        "cfg.users",
        Expr::attrs([("ann", Expr::Int(1)), ("bob", Expr::Int(2))]),
        Expr::attrs([("cy", Expr::Int(3))]),
    );
    set("cfg.mode", Expr::str("Slow"), Expr::str("fast"));
    set("cfg.cores", Expr::Int(4), Expr::Int(16));
    set("config.networking.hostName", Expr::str("web01"), Expr::str("db01"));
    environment
}

/// Transliterates the `content` of a file in class `t` of this body.
fn made(body: &str, files: &[(&str, &str)]) -> Made<Term> {
    let manifest = format!("class t ({PARAMETERS}) {{\n{body}\n}}\n");
    let world = files
        .iter()
        .fold(MemoryWorld::default(), |world, (path, text)| world.with(format!("m/{path}"), text));
    let sources = Manifests::new(&world, vec!["m".into()]);
    let source = SourceFile::new("t.pp", manifest.as_str());
    let ast = sources.parse(&source, Mode::Manifest).expect("the manifest parses");
    let mut at = None;
    each(&ast.body.statements, &mut |node| {
        if let ExprKind::Resource(_) = &node.kind {
            at = Some(node.anchor());
        }
    });
    let frame = Frame { container: "Class[T]".into(), declared_at: None };
    let at = Some(Location::new(source, at.expect("there is a resource")));
    let origin = Origin { at, frames: [frame].into(), ..Origin::default() };
    attribute(&sources, &origin, "content", &Given)
}

/// The expression, and its values on two hosts as texts.
fn shown(body: &str, files: &[(&str, &str)]) -> (String, [String; 2]) {
    let term = made(body, files).unwrap_or_else(|refusal| panic!("{body}: {refusal}"));
    let value = |second| match evaluate(&term.expr, &host(second)) {
        Ok(Expr::Str(text)) => text.to_string(),
        Ok(other) => nix(&other),
        Err(fault) => format!("error: {fault}"),
    };
    (nix(&term.expr), [value(false), value(true)])
}

fn file(expr: &str) -> String {
    format!("file {{ '/x': content => {expr} }}")
}

#[test]
fn expressions() {
    let cases = [
        (
            r#""p=$port l=${label}""#,
            r#""p=${toString cfg.port} l=${cfg.label}""#,
            ["p=80 l=Main", "p=8080 l=x.y.z"],
        ),
        (r#""$on:$opt.""#, r#""${lib.boolToString cfg.on}:${toString cfg.opt}.""#, ["true:.", "false:o."]),
        ("$default", r#""d-${cfg.label}""#, ["d-Main", "d-x.y.z"]),
        ("$label", "cfg.label", ["Main", "x.y.z"]),
        (
            "if $label == 'main' { 'a' } else { 'b' }",
            r#"if lib.toLower cfg.label == "main" then "a" else "b""#,
            ["a", "b"],
        ),
        (
            "$mode ? { 'slow' => 's', 'fast' => 'f' }",
            r#"if cfg.mode == "Slow" then "s" else if cfg.mode == "fast" then "f" else throw "no entry of the selector fits""#,
            ["s", "f"],
        ),
        ("if $opt { $opt } else { 'none' }", r#"if cfg.opt != null then cfg.opt else "none""#, ["none", "o"]),
        ("unless $on { 'off' } else { 'on' }", r#"if !cfg.on then "off" else "on""#, ["on", "off"]),
        ("case $facts['os']['family'] { 'debian': { 'd' } default: { fail('no') } }", r#""d""#, ["d", "d"]),
        (
            "case $hostname { /^web/: { 'w' } default: { 'o' } }",
            r#"if lib.hasPrefix "web" config.networking.hostName then "w" else "o""#,
            ["w", "o"],
        ),
        (r#""${$facts['processors']['count'] * 2}""#, "toString (cfg.cores * 2)", ["8", "32"]),
        (r#""${$facts['processors']['count'] / 3}""#, "toString (cfg.cores / 3)", ["1", "5"]),
        (
            "if $port > 1024 and $on or $port == 80 { 'y' } else { 'n' }",
            r#"if cfg.port > 1024 && cfg.on || cfg.port == 80 then "y" else "n""#,
            ["y", "n"],
        ),
        ("$list.join(',')", r#"lib.concatStringsSep "," cfg.list"#, ["b,a", "c"]),
        ("join($ports, ' ')", r#"lib.concatMapStringsSep " " toString cfg.ports"#, ["1 2", ""]),
        (
            r#"$list.map |$name| { "<${name}>" }.join('')"#,
            r#"lib.concatStringsSep "" (map (name: "<${name}>") cfg.list)"#,
            ["<b><a>", "<c>"],
        ),
        (
            r#"$users.map |$user, $id| { "${user}=${id}" }.join(';')"#,
            r#"lib.concatStringsSep ";" (lib.mapAttrsToList (user: id: "${user}=${toString id}") cfg.users)"#,
            ["ann=1;bob=2", "cy=3"],
        ),
        (r#"{ 'z' => 1, 'a' => 2 }.map |$k, $v| { "$k$v" }.join(' ')"#, r#""z1 a2""#, ["z1 a2", "z1 a2"]),
        (
            "join($list.filter |$it| { $it != 'a' }.sort, '+')",
            r#"lib.concatStringsSep "+" (lib.sort builtins.lessThan (builtins.filter (it: lib.toLower it != "a") cfg.list))"#,
            ["b", "c"],
        ),
        ("downcase($label)", "lib.toLower cfg.label", ["main", "x.y.z"]),
        ("split($label, '[.]')[0]", r#"builtins.head (lib.splitString "." cfg.label)"#, ["Main", "x"]),
        (r"regsubst($label, '\..*$', '')", r#"builtins.head (lib.splitString "." cfg.label)"#, ["Main", "x"]),
        (
            "sprintf('%s:%d', $label, $port)",
            r#""${cfg.label}:${toString cfg.port}""#,
            ["Main:80", "x.y.z:8080"],
        ),
        (
            "pick($opt, 'dflt')",
            r#"if cfg.opt != null && cfg.opt != "" then cfg.opt else "dflt""#,
            ["dflt", "o"],
        ),
        ("lookup('admin')", r#""root@example.net""#, ["root@example.net", "root@example.net"]),
        (
            "if 'A' in $list { 'in' } else { 'out' }",
            r#"if builtins.elem "a" (map lib.toLower cfg.list) then "in" else "out""#,
            ["in", "out"],
        ),
        ("bool2str($on, 'yes', 'no')", r#"if cfg.on then "yes" else "no""#, ["yes", "no"]),
        (
            "{ 'Main' => 'm', 'x.y.z' => 'x' }[$label]",
            r#"({ Main = "m"; "x.y.z" = "x"; }).${cfg.label} or null"#,
            ["m", "x"],
        ),
        (r#""${role} ${::hostname}""#, r#""web ${config.networking.hostName}""#, ["web web01", "web db01"]),
        ("$other::label", "cfg.label", ["Main", "x.y.z"]),
        ("$module_name", r#""t""#, ["t", "t"]),
        (
            r#"if $opt { "<${opt}>" } else { '-' }"#,
            r#"if cfg.opt != null then "<${cfg.opt}>" else "-""#,
            ["-", "<o>"],
        ),
        (
            r#""${regsubst('a b c', /\W+/, '-', 'G')} ${capitalize('ab')} ${versioncmp('1.10', '1.9')}""#,
            r#""a-b-c Ab 1""#,
            ["a-b-c Ab 1", "a-b-c Ab 1"],
        ),
        ("join($list[0, 1], ',')", r#"lib.concatStringsSep "," (lib.sublist 0 1 cfg.list)"#, ["b", "c"]),
        (
            "join($list - ['a'], ',')",
            r#"lib.concatStringsSep "," (lib.subtractLists [ "a" ] cfg.list)"#,
            ["b", "c"],
        ),
        ("{ 'p' => { 'q' => $port } }['p']['q'] + 1", "cfg.port + 1", ["81", "8081"]),
        (
            "if 'AI' in $label { 'y' } else { 'n' }",
            r#"if lib.hasInfix "ai" (lib.toLower cfg.label) then "y" else "n""#,
            ["y", "n"],
        ),
        ("getvar('nothing', 'dflt')", r#""dflt""#, ["dflt", "dflt"]),
        (
            r#"$list.reduce('') |$all, $it| { "${all}${it}." }"#,
            r#"builtins.foldl' (all: it: "${all}${it}.") "" cfg.list"#,
            ["b.a.", "c."],
        ),
    ];
    let mut wrong = Vec::new();
    for (expr, expected, values) in cases {
        let Ok((text, found)) = std::panic::catch_unwind(|| shown(&file(expr), &[])) else {
            wrong.push(format!("{expr} is refused"));
            continue;
        };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text != expected || found != values {
            wrong.push(format!("{expr}\n  {text}\n  {expected}\n  {found:?} {values:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_not_the_same_in_both_languages_is_refused() {
    let cases = [
        ("\"${list}\"", "a text of a list, a hash, a float or something unknown"),
        ("fqdn_rand(60)", "the function `fqdn_rand` is not transliterated"),
        ("$label =~ /^a\\d+/", "`/^a\\d+/` is more than a prefix or suffix"),
        ("$unknown", "nothing is known of `$unknown`"),
        ("$facts['x']['y']", "the fact `x.y` is no input"),
        ("lookup('x')", "the key `x` of Hiera is no input"),
        ("Sensitive($label)", "it is a secret"),
        ("\"${($port - 100) / 3}\"", "`/` of what may be no integers"),
        ("split($label, '[.]')", "the function `split` is not transliterated"),
        ("$label < 'b'", "`<` of what may be no integers"),
        ("template('t/none.erb')", "the template `t/none.erb` is not found"),
        ("$list.reduce |$a, $b| { $a }", "the function `reduce with a block` is not transliterated"),
        ("$list.reduce([]) |$a, $b| { $b }", "`reduce` whose value changes its kind"),
    ];
    for (expr, expected) in cases {
        let found =
            made(&file(expr), &[]).map_or_else(|refusal| refusal.reason.to_string(), |_| String::new());
        assert_eq!(found, expected, "{expr}");
    }
}

#[test]
fn variables_assigned_on_the_way() {
    let body = "$a = \"${label}!\"\nif $on { $b = 'on' } elsif $port == 80 { $b = 'web' } else { $b = $a }\n\
                case $port { 80: { $c = 1 } default: { fail('which') } }\n[$d, $e] = ['x', $b]\n";
    let (_, values) = shown(&format!("{body}{}", file("\"$a $b $d $e\"")), &[]);
    assert_eq!(values, ["Main! on x on", "x.y.z! x.y.z! x x.y.z!"]);
    let (_, values) = shown(&format!("{body}{}", file("\"$c\"")), &[]);
    assert_eq!(values, ["1", "error: which"]);
    let inside = format!("if $on {{ $b = 'then' {} }} else {{ $b = 'else' }}", file("$b"));
    assert_eq!(shown(&inside, &[]).0, "\"then\"");
}

#[test]
fn functions_and_classes_of_the_site() {
    let function = "function u::wrap(String $x, $y) {\n  $z = \"<${x}\"\n  \"${z}${y}>\"\n}\n";
    let defaulted = "function u::short($x = $facts['os']['family']) {\n  \"${x}!\"\n}\n";
    assert_eq!(shown(&file("u::short()"), &[("u/functions/short.pp", defaulted)]).0, "\"Debian!\"");
    let class = "class v ($p = 'q') inherits w {\n  $r = \"${p}-${s}\"\n}\n";
    let parent = "class w {\n  $s = 'w'\n}\n";
    let files =
        [("u/functions/wrap.pp", function), ("v/manifests/init.pp", class), ("w/manifests/init.pp", parent)];
    assert_eq!(shown(&file("u::wrap($label, $port)"), &files).1, ["<Main80>", "<x.y.z8080>"]);
    assert_eq!(shown(&file("$v::r"), &files).0, "\"q-w\"");
}

#[test]
fn epp_templates() {
    let epp = "<%- | $p, $items, $extra = 'e' | -%>\nport <%= $p %>\n<% if $p > 1000 { -%>\nhigh <%= $extra %>\n<% } -%>\n\
               <% $items.each |$item| { -%>\n  - <%= $item %>\n<% } -%>\nend\n";
    let body = file("epp('t/x.epp', { 'p' => $port, 'items' => $list })");
    let (text, values) = shown(&body, &[("t/templates/x.epp", epp)]);
    assert_eq!(values, ["port 80\n  - b\n  - a\nend\n", "port 8080\nhigh e\n  - c\nend\n"]);
    assert!(text.contains("lib.optionalString (cfg.port > 1000)"), "{text}");
    assert!(text.contains("lib.concatMapStrings (item: "), "{text}");
    let inline = file("inline_epp('<% if $on { %>a<% } else { %>b<% } %> <%= $label %>')");
    assert_eq!(shown(&inline, &[]).1, ["a Main", "b x.y.z"]);
}

#[test]
fn erb_templates() {
    let cases = [
        ("port <%= @port %> <%= scope['t::label'] %>\n", ["port 80 Main\n", "port 8080 x.y.z\n"]),
        (
            "<% if @on -%>\non\n<% elsif @opt -%>\n<%= @opt %>\n<% else -%>\nx\n<% end -%>\nend\n",
            ["on\nend\n", "o\nend\n"],
        ),
        ("<% unless @on %>off<% end %>", ["", "off"]),
        ("<% @list.each do |x| -%>\n- <%= x %>\n<% end -%>\n", ["- b\n- a\n", "- c\n"]),
        (
            "<% @list.sort.each_with_index do |x, i| -%><%= i %>=<%= x.upcase %> <% end -%>",
            ["0=A 1=B ", "0=C "],
        ),
        ("<% @users.sort.each do |k, v| -%><%= k %>:<%= v %>;<% end -%>", ["ann:1;bob:2;", "cy:3;"]),
        ("<%= @list.map { |x| \"<#{x}>\" }.join(' ') %>", ["<b> <a>", "<c>"]),
        ("<%= @ports.join(',') %>", ["1,2", ""]),
        ("<% h = @hostname.start_with?('web') ? 'w' : 'o' -%>\n<%= h %>", ["w", "o"]),
        ("<% if @label == 'main' %>a<% else %>b<% end %>", ["b", "b"]),
        ("<% if @opt and not @opt.empty? %>[<%= @opt %>]<% end %>", ["", "[o]"]),
        ("<% if @opt && @opt != :undef %>[<%= @opt %>]<% end %>", ["", "[o]"]),
        ("<%= @opt || @label %>", ["Main", "o"]),
        ("<% case @port when 80 %>http<% when 443, 8080 %>other<% end %>", ["http", "other"]),
        ("<%= @list.include?('c') ? 'c' : '-' %><%# not shown %>", ["-", "c"]),
        ("<%= scope.function_join([@list, '|']) %>", ["b|a", "c"]),
        ("<% @list.each do |x| -%><% next if x == 'a' -%>[<%= x %>]<% end -%>", ["[b]", "[c]"]),
        ("<%= @facts['networking']['hostname'] %><%= @nothing %>", ["web01", "db01"]),
        ("<%= [@list, 'z'].flatten.uniq.join(' ') %>", ["b a z", "c z"]),
    ];
    let mut wrong = Vec::new();
    for (text, expected) in cases {
        let template = [("t/templates/x.erb", text)];
        match std::panic::catch_unwind(|| shown(&file("template('t/x.erb')"), &template)) {
            Ok((_, values)) if values == expected => {}
            Ok((nix, values)) => wrong.push(format!("{text}\n  {nix}\n  {values:?} {expected:?}")),
            Err(_) => wrong.push(format!("{text} is refused")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn erb_that_counts_or_changes_is_refused() {
    let texts = [
        "<% first = true -%><% @list.each do |x| -%><%= first ? '' : ',' %><% first = false -%><%= x %><% end -%>",
        "<% x = 1 -%><% if @on -%><% x = 2 -%><% end -%><%= x %>",
        "<% n = 0 -%><% @list.each { |x| n += 1 } -%><%= n %>",
        "<%= `date` %>",
        "<% @list.each do |x| -%><% break if x == 'a' -%><%= x %><% end -%>",
        "<%= @list %>",
    ];
    for text in texts {
        assert!(made(&file("template('t/x.erb')"), &[("t/templates/x.erb", text)]).is_err(), "{text}");
    }
}

/// Transliterates `content` in an instance of a define that class `t` declares by this code.
fn of_define(declaration: &str, iteration: &[&str]) -> (String, [String; 2]) {
    let define = "define u::d ($a = 'none', Integer $b = 7, $c = $title) {\n  file { '/y': content => \"${a} ${b} ${c}\" }\n}\n";
    let manifest = format!("class t ({PARAMETERS}) {{\n{declaration}\n}}\n{define}");
    let world = MemoryWorld::default();
    let sources = Manifests::new(&world, Vec::new());
    let source = SourceFile::new("t.pp", manifest.as_str());
    let ast = sources.parse(&source, Mode::Manifest).expect("the manifest parses");
    let (mut inner, mut outer) = (None, None);
    each(&ast.body.statements, &mut |node| match &node.kind {
        ExprKind::Resource(it) if matches!(&it.type_name.kind, ExprKind::Name(name) if name == "u::d") => {
            outer = Some(node.anchor());
        }
        ExprKind::Resource(_) => inner = Some(node.anchor()),
        ExprKind::Call(it) if matches!(&it.functor.kind, ExprKind::Name(name) if name == "create_resources") =>
        {
            outer = Some(node.anchor());
        }
        _ => {}
    });
    let at = |span: Option<Span>| Some(Location::new(source.clone(), span.expect("it is there")));
    let frames = [
        Frame { container: "Class[T]".into(), declared_at: None },
        Frame { container: "U::D[ann]".into(), declared_at: at(outer) },
    ];
    let origin = Origin { at: at(inner), frames: frames.into(), ..Origin::default() };
    let iteration = iteration.iter().map(|key| EcoString::from(*key)).collect();
    let inputs = Around(Arc::new(Origin { iteration, ..Origin::default() }));
    let term =
        attribute(&sources, &origin, "content", &inputs).unwrap_or_else(|it| panic!("{declaration}: {it}"));
    let value = |second| match evaluate(&term.expr, &host(second)) {
        Ok(Expr::Str(text)) => text.to_string(),
        other => format!("{other:?}"),
    };
    (nix(&term.expr), [value(false), value(true)])
}

/// The same inputs with the origin of the define's instance.
struct Around(Arc<Origin>);

impl Inputs for Around {
    fn parameter(&self, class: &str, name: &str) -> Option<Term> {
        match name {
            "users" => Some(Term { expr: Expr::select("cfg.users"), kind: Kind::set(Kind::new(Kind::INT)) }),
            _ => Given.parameter(class, name),
        }
    }

    fn fact(&self, path: &[&str]) -> Option<Term> {
        Given.fact(path)
    }

    fn variable(&self, name: &str) -> Option<Term> {
        Given.variable(name)
    }

    fn trusted(&self, path: &[&str]) -> Option<Term> {
        Given.trusted(path)
    }

    fn lookup(&self, key: &str) -> Option<Term> {
        Given.lookup(key)
    }

    fn origin(&self, _: &str) -> Option<Arc<Origin>> {
        Some(self.0.clone())
    }
}

#[test]
fn parameters_of_defines_are_what_the_declaration_gives() {
    let plain = of_define("u::d { 'ann': a => $label }", &[]);
    assert_eq!(plain, (r#""${cfg.label} 7 ann""#.into(), ["Main 7 ann".into(), "x.y.z 7 ann".into()]));
    let undef = of_define("u::d { 'ann': a => $opt, b => undef }", &[]);
    assert_eq!(undef.1, ["none 7 ann", "o 7 ann"]);
    let splat = of_define("u::d { 'ann': * => { 'a' => $label, 'b' => $port } }", &[]);
    assert_eq!(splat.1, ["Main 80 ann", "x.y.z 8080 ann"]);
    let created = of_define("create_resources('u::d', { 'ann' => { 'a' => $label } })", &[]);
    assert_eq!(created.1, ["Main 7 ann", "x.y.z 7 ann"]);
    let looped = of_define("['ann', 'bob'].each |$who| { u::d { $who: a => \"${who}-${port}\" } }", &["ann"]);
    assert_eq!(looped.1, ["ann-80 7 ann", "ann-8080 7 ann"]);
}
