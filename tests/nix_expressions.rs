//! Generated expressions: what the interpreter makes of them is what the real Nix makes of their printed form.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

#[path = "common/numbers.rs"]
mod numbers;

use migrate::{
    emit,
    factor::evaluate::{Environment, evaluate},
    translate::nixos::{Expr, Key, Op, Part},
};
use numbers::Numbers;
use std::process::Command;

/// What the expressions use of nixpkgs' `lib`, written down once more; `NIXPKGS_LIB` names the real one's folder.
const LIB: &str = r#"
with builtins; rec {
  inherit concatStringsSep elem elemAt filter hasAttr head isString length map replaceStrings sort substring;
  concatMapStringsSep = sep: f: xs: concatStringsSep sep (map f xs);
  concatMapStrings = f: xs: concatStringsSep "" (map f xs);
  optionalString = c: s: if c then s else "";
  optional = c: x: if c then [ x ] else [ ];
  mapAttrsToList = f: s: map (n: f n s.${n}) (attrNames s);
  boolToString = b: if b then "true" else "false";
  hasPrefix = p: s: substring 0 (stringLength p) s == p;
  hasSuffix = p: s: stringLength s >= stringLength p && substring (stringLength s - stringLength p) (stringLength p) s == p;
  removePrefix = p: s: if hasPrefix p s then substring (stringLength p) (-1) s else s;
  removeSuffix = p: s: if hasSuffix p s then substring 0 (stringLength s - stringLength p) s else s;
  splitString = sep: s: filter isString (split (escape sep) s);
  escape = s: concatStringsSep "" (map (c: if elem c [ "." "|" "*" "+" "?" ] then "\\" + c else c) (chars s));
  chars = s: genList (i: substring i 1 s) (stringLength s);
  unique = foldl' (a: x: if elem x a then a else a ++ [ x ]) [ ];
  last = xs: elemAt xs (length xs - 1);
  init = xs: genList (elemAt xs) (length xs - 1);
  take = n: xs: genList (elemAt xs) (if n < length xs then n else length xs);
  reverseList = xs: genList (i: elemAt xs (length xs - i - 1)) (length xs);
  flatten = x: if isList x then concatMap flatten x else [ x ];
  range = a: b: if a > b then [ ] else genList (i: a + i) (b - a + 1);
  attrByPath = path: d: s: if path == [ ] then s else if s ? ${head path} then attrByPath (tail path) d s.${head path} else d;
  concatLines = concatMapStrings (s: s + "\n");
  concatStrings = concatStringsSep "";
  count = p: xs: length (filter p xs);
  drop = n: xs: genList (i: elemAt xs (i + n)) (max 0 (length xs - n));
  filterAttrs = p: s: removeAttrs s (filter (n: !(p n s.${n})) (attrNames s));
  foldl = foldl';
  hasInfix = p: s: length (split (escape p) s) > 1;
  id = x: x;
  imap0 = f: xs: genList (i: f i (elemAt xs i)) (length xs);
  imap1 = f: imap0 (i: f (i + 1));
  intersectLists = a: filter (x: elem x a);
  mapAttrs' = f: s: listToAttrs (mapAttrsToList f s);
  max = a: b: if a > b then a else b;
  min = a: b: if a < b then a else b;
  mod = a: b: a - b * (a / b);
  nameValuePair = name: value: { inherit name value; };
  optionalAttrs = c: s: if c then s else { };
  optionals = c: xs: if c then xs else [ ];
  sublist = n: c: xs: take c (drop n xs);
  subtractLists = a: filter (x: !(elem x a));
  toInt = fromJSON;
  toList = x: if isList x then x else [ x ];
  trim = s: let m = match "[ \t\r\n]*([^ \t\r\n].*[^ \t\r\n]|[^ \t\r\n])?[ \t\r\n]*" s; in if m == [ null ] then "" else head m;
  toUpper = replaceStrings (chars lower) (chars upper);
  toLower = replaceStrings (chars upper) (chars lower);
  lower = "abcdefghijklmnopqrstuvwxyz";
  upper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
}
"#;

/// Kinds of expressions that are generated.
#[derive(Clone, Copy)]
enum Kind {
    Bool,
    Int,
    Str,
    Strings,
    Ints,
    Set,
}

struct Generator {
    numbers: Numbers,
    /// Lambda parameters and `let` names in sight.
    locals: Vec<(String, Kind)>,
    made: usize,
}

impl Generator {
    fn pick<'t, T: ?Sized>(&mut self, items: &[&'t T]) -> &'t T {
        items[self.numbers.below(items.len())]
    }

    fn expr(&mut self, kind: Kind, depth: usize) -> Expr {
        let same =
            |local: &&(String, Kind)| std::mem::discriminant(&local.1) == std::mem::discriminant(&kind);
        let locals: Vec<String> = self.locals.iter().filter(same).map(|(name, _)| name.clone()).collect();
        if !locals.is_empty() && self.numbers.below(4) == 0 {
            return Expr::select(&locals[self.numbers.below(locals.len())]);
        }
        if depth == 0 {
            return self.literal(kind);
        }
        match self.numbers.below(8) {
            0 => self.literal(kind),
            1 => Expr::if_else(
                self.expr(Kind::Bool, depth - 1),
                self.expr(kind, depth - 1),
                self.expr(kind, depth - 1),
            ),
            2 => self.with_local(kind, depth),
            _ => match kind {
                Kind::Bool => self.boolean(depth - 1),
                Kind::Int => self.int(depth - 1),
                Kind::Str => self.string(depth - 1),
                Kind::Strings => self.strings(depth - 1),
                Kind::Ints => self.ints(depth - 1),
                Kind::Set => self.set(depth - 1),
            },
        }
    }

    fn literal(&mut self, kind: Kind) -> Expr {
        match kind {
            Kind::Bool => Expr::Bool(self.numbers.below(2) == 0),
            Kind::Int => Expr::Int(i64::try_from(self.numbers.below(9)).unwrap() - 3),
            Kind::Str => Expr::str(self.text()),
            Kind::Strings => {
                Expr::strings((0..self.numbers.below(4)).map(|_| self.text()).collect::<Vec<_>>())
            }
            Kind::Ints => Expr::List((0..self.numbers.below(4)).map(|_| self.literal(Kind::Int)).collect()),
            Kind::Set => Expr::attrs(["b", "a x", "c"].map(|name| (name, self.literal(Kind::Int)))),
        }
    }

    fn text(&mut self) -> String {
        const TEXTS: [&str; 12] =
            ["", "a", "Ab", "a b", "x.y", "''", "$", "${a}", "'${b}\n$$\n", "one\n two\n", "a\n\"b\\", "'"];
        (0..=self.numbers.below(2)).map(|_| TEXTS[self.numbers.below(TEXTS.len())]).collect()
    }

    fn with_local(&mut self, kind: Kind, depth: usize) -> Expr {
        let local = [Kind::Bool, Kind::Int, Kind::Str, Kind::Strings, Kind::Set][self.numbers.below(5)];
        let value = self.expr(local, depth - 1);
        self.made += 1;
        let name = format!("v{}", self.made);
        self.locals.push((name.clone(), local));
        let body = self.expr(kind, depth - 1);
        self.locals.pop();
        if self.made.is_multiple_of(2) {
            return Expr::Let(vec![(name.into(), value)], Box::new(body));
        }
        Expr::Call(Box::new(Expr::lambda(name, body)), vec![value])
    }

    fn lambda(&mut self, parameters: &[Kind], gives: Kind, depth: usize) -> Expr {
        let names: Vec<String> = parameters
            .iter()
            .map(|kind| {
                self.made += 1;
                let name = format!("p{}", self.made);
                self.locals.push((name.clone(), *kind));
                name
            })
            .collect();
        let body = self.expr(gives, depth.min(2));
        self.locals.truncate(self.locals.len() - names.len());
        names.into_iter().rev().fold(body, |body, name| Expr::lambda(name, body))
    }

    fn boolean(&mut self, d: usize) -> Expr {
        match self.numbers.below(9) {
            0 => self.expr(Kind::Bool, d).negated(),
            1 => {
                let op = [Op::And, Op::Or, Op::Implies][self.numbers.below(3)];
                Expr::binary(op, self.expr(Kind::Bool, d), self.expr(Kind::Bool, d))
            }
            2 => {
                let kind =
                    [Kind::Int, Kind::Str, Kind::Strings, Kind::Set, Kind::Bool][self.numbers.below(5)];
                let op = [Op::Equal, Op::NotEqual][self.numbers.below(2)];
                Expr::binary(op, self.expr(kind, d), self.expr(kind, d))
            }
            3 => {
                let kind = [Kind::Int, Kind::Str][self.numbers.below(2)];
                let op = [Op::Less, Op::LessEqual, Op::Greater, Op::GreaterEqual][self.numbers.below(4)];
                Expr::binary(op, self.expr(kind, d), self.expr(kind, d))
            }
            4 => Expr::Has(Box::new(self.expr(Kind::Set, d)), vec![self.key(d)]),
            5 => Expr::apply("lib.elem", vec![self.expr(Kind::Str, d), self.expr(Kind::Strings, d)]),
            6 | 7 => {
                let name = self.pick(&["lib.hasPrefix", "lib.hasSuffix"]);
                Expr::apply(name, vec![Expr::str(self.text()), self.expr(Kind::Str, d)])
            }
            _ => {
                let name = self.pick(&["builtins.all", "builtins.any"]);
                Expr::apply(name, vec![self.lambda(&[Kind::Str], Kind::Bool, d), self.expr(Kind::Strings, d)])
            }
        }
    }

    fn key(&mut self, d: usize) -> Key {
        match self.numbers.below(3) {
            0 => Key::Name(self.pick(&["b", "a x", "none", "or"]).into()),
            _ => Key::Dynamic(self.expr(Kind::Str, d)),
        }
    }

    fn int(&mut self, d: usize) -> Expr {
        match self.numbers.below(5) {
            0 => Expr::apply("lib.length", vec![self.expr(Kind::Strings, d)]),
            1 => Expr::apply("builtins.stringLength", vec![self.expr(Kind::Str, d)]),
            2 => {
                let default = self.expr(Kind::Int, d);
                self.expr(Kind::Set, d).select_keys(vec![self.key(d)], Some(default))
            }
            3 => {
                let op = Op::Divide;
                Expr::binary(op, self.expr(Kind::Int, d), Expr::Int(2))
            }
            _ => {
                let op = [Op::Add, Op::Subtract, Op::Multiply][self.numbers.below(3)];
                Expr::binary(op, self.expr(Kind::Int, d), self.expr(Kind::Int, d))
            }
        }
    }

    fn string(&mut self, d: usize) -> Expr {
        match self.numbers.below(11) {
            0 => Expr::binary(Op::Add, self.expr(Kind::Str, d), self.expr(Kind::Str, d)),
            1 => {
                let name = self.pick(&["lib.toUpper", "lib.toLower", "toString"]);
                Expr::apply(name, vec![self.expr(Kind::Str, d)])
            }
            2 => {
                let kind = [Kind::Int, Kind::Bool, Kind::Ints, Kind::Strings][self.numbers.below(4)];
                Expr::apply("toString", vec![self.expr(kind, d)])
            }
            3 => {
                Expr::apply("lib.concatStringsSep", vec![Expr::str(self.text()), self.expr(Kind::Strings, d)])
            }
            4 => {
                let lambda = self.lambda(&[Kind::Int], Kind::Str, d);
                Expr::apply("lib.concatMapStrings", vec![lambda, self.expr(Kind::Ints, d)])
            }
            5 => {
                let name = self.pick(&["lib.removePrefix", "lib.removeSuffix"]);
                Expr::apply(name, vec![Expr::str(self.text()), self.expr(Kind::Str, d)])
            }
            6 => {
                let from = Expr::strings([self.pick(&["a", "$", "''"]), "b"]);
                Expr::apply(
                    "lib.replaceStrings",
                    vec![from, Expr::strings(["b", ""]), self.expr(Kind::Str, d)],
                )
            }
            7 => Expr::apply("lib.boolToString", vec![self.expr(Kind::Bool, d)]),
            8 => Expr::apply("lib.optionalString", vec![self.expr(Kind::Bool, d), self.expr(Kind::Str, d)]),
            _ => {
                let part = |it: &mut Self| match it.numbers.below(2) {
                    0 => Part::Text(it.text().into()),
                    _ => Part::Expr(it.expr(Kind::Str, d)),
                };
                Expr::text((0..self.numbers.below(5)).map(|_| part(self)).collect())
            }
        }
    }

    fn strings(&mut self, d: usize) -> Expr {
        match self.numbers.below(8) {
            0 => Expr::binary(Op::Concat, self.expr(Kind::Strings, d), self.expr(Kind::Strings, d)),
            1 => {
                let kind = [Kind::Int, Kind::Str][self.numbers.below(2)];
                let list = if matches!(kind, Kind::Int) { Kind::Ints } else { Kind::Strings };
                Expr::apply("map", vec![self.lambda(&[kind], Kind::Str, d), self.expr(list, d)])
            }
            2 => {
                let lambda = self.lambda(&[Kind::Str, Kind::Int], Kind::Str, d);
                Expr::apply("lib.mapAttrsToList", vec![lambda, self.expr(Kind::Set, d)])
            }
            3 => Expr::apply("lib.splitString", vec![Expr::str("."), self.expr(Kind::Str, d)]),
            4 => {
                let less = Expr::lambda(
                    "s",
                    Expr::lambda("t", Expr::binary(Op::Less, Expr::select("s"), Expr::select("t"))),
                );
                Expr::apply("lib.sort", vec![less, self.expr(Kind::Strings, d)])
            }
            5 => {
                let name = self.pick(&["lib.unique", "lib.reverseList", "lib.flatten"]);
                Expr::apply(name, vec![self.expr(Kind::Strings, d)])
            }
            6 => Expr::apply("builtins.attrNames", vec![self.expr(Kind::Set, d)]),
            _ => Expr::apply(
                "lib.filter",
                vec![self.lambda(&[Kind::Str], Kind::Bool, d), self.expr(Kind::Strings, d)],
            ),
        }
    }

    fn ints(&mut self, d: usize) -> Expr {
        match self.numbers.below(3) {
            0 => Expr::apply("lib.range", vec![self.literal(Kind::Int), self.literal(Kind::Int)]),
            1 => Expr::apply("builtins.attrValues", vec![self.expr(Kind::Set, d)]),
            _ => {
                Expr::apply("map", vec![self.lambda(&[Kind::Str], Kind::Int, d), self.expr(Kind::Strings, d)])
            }
        }
    }

    fn set(&mut self, d: usize) -> Expr {
        match self.numbers.below(3) {
            0 => Expr::binary(Op::Update, self.expr(Kind::Set, d), self.expr(Kind::Set, d)),
            1 => {
                let lambda = self.lambda(&[Kind::Str, Kind::Int], Kind::Int, d);
                Expr::apply("builtins.mapAttrs", vec![lambda, self.expr(Kind::Set, d)])
            }
            _ => Expr::attrs([("b", self.expr(Kind::Int, d)), ("in", self.expr(Kind::Int, d))]),
        }
    }
}

/// As many expressions as asked for, each with the value that the interpreter gives.
fn cases(count: usize) -> Vec<(Expr, Expr)> {
    let mut generator = Generator { numbers: Numbers(7), locals: Vec::new(), made: 0 };
    let mut found = Vec::new();
    let mut refused = 0;
    while found.len() < count {
        let kind = [Kind::Bool, Kind::Int, Kind::Str, Kind::Str, Kind::Strings, Kind::Set]
            [generator.numbers.below(6)];
        let expr = generator.expr(kind, 4);
        match evaluate(&expr, &Environment::default()) {
            Ok(value) => found.push((expr, value)),
            Err(_) => refused += 1,
        }
    }
    assert!(refused * 10 < count, "{refused} of the expressions have no value, too many");
    found
}

/// Evaluates a Nix text with `lib` in scope to JSON.
fn nix(text: &str) -> Option<serde_json::Value> {
    let lib = match std::env::var("NIXPKGS_LIB") {
        Ok(folder) => format!("import {folder}"),
        Err(_) => LIB.to_owned(),
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cases.nix");
    std::fs::write(&file, format!("let lib = {lib}; in {text}")).unwrap();
    let mut command = Command::new("nix-instantiate");
    command.args(["--eval", "--strict", "--json"]).arg(&file);
    command.env("NIX_STATE_DIR", folder.path()).env("NIX_STORE_DIR", folder.path().join("store"));
    let Ok(answer) = command.output() else {
        assert!(std::env::var("CI").is_err(), "nix-instantiate is missing");
        eprintln!("skipped: nix-instantiate is not installed");
        return None;
    };
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
    Some(serde_json::from_slice(&answer.stdout).unwrap())
}

#[test]
fn the_interpreter_agrees_with_nix() {
    compare(&cases(1500));
}

/// Evaluates each expression and the value that ours gives by Nix, and compares the two.
fn compare(cases: &[(Expr, Expr)]) {
    let both: Vec<String> = cases
        .iter()
        .flat_map(|(expr, value)| [expr, value])
        .map(|expr| format!("(builtins.toJSON ({}))", emit::nix(expr)))
        .collect();
    let Some(answer) = nix(&format!("[\n{}\n]", both.join("\n"))) else { return };
    let answers: Vec<&str> = answer.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    for ((expr, _), answer) in cases.iter().zip(answers.chunks(2)) {
        assert_eq!(answer[1], answer[0], "ours is the first, Nix's the second of\n{}", emit::nix(expr));
    }
}

/// `a: b: body` over the names of its parameters.
fn function(names: &[&str], body: Expr) -> Expr {
    names.iter().rev().fold(body, |body, name| Expr::lambda(*name, body))
}

/// A call of each function that the generator does not call.
fn calls() -> Vec<Expr> {
    let (s, int, name) = (|text: &str| Expr::str(text), Expr::Int, |name: &str| Expr::select(name));
    let strings = || Expr::strings(["b", "a", "c", "a"]);
    let ints = || Expr::List(vec![int(3), int(-1), int(2)]);
    let set = || Expr::attrs([("b", int(2)), ("a", int(1))]);
    let pair = || {
        Expr::text(vec![
            Part::Expr(name("n")),
            Part::Text("=".into()),
            Part::Expr(Expr::apply("toString", vec![name("v")])),
        ])
    };
    let positive = || function(&["v"], Expr::binary(Op::Greater, name("v"), int(1)));
    let call = Expr::apply;
    vec![
        call("lib.attrByPath", vec![Expr::strings(["x", "y"]), int(0), Expr::attrs([("x", set())])]),
        call("lib.attrByPath", vec![Expr::strings(["x", "a"]), int(0), Expr::attrs([("x", set())])]),
        call("builtins.concatLists", vec![Expr::List(vec![strings(), ints(), Expr::List(vec![])])]),
        call("builtins.concatMap", vec![function(&["v"], Expr::List(vec![name("v"), name("v")])), ints()]),
        call(
            "lib.concatMapStringsSep",
            vec![s("-"), function(&["v"], call("toString", vec![name("v")])), ints()],
        ),
        call("lib.concatStrings", vec![strings()]),
        call("lib.concatLines", vec![strings()]),
        call("lib.count", vec![positive(), ints()]),
        call("lib.drop", vec![int(2), strings()]),
        call("lib.drop", vec![int(9), strings()]),
        call("builtins.elemAt", vec![strings(), int(2)]),
        call(
            "lib.filterAttrs",
            vec![function(&["n", "v"], Expr::binary(Op::Equal, name("n"), s("a"))), set()],
        ),
        call("lib.flatten", vec![Expr::List(vec![strings(), Expr::List(vec![ints()]), s("x")])]),
        call(
            "builtins.foldl'",
            vec![function(&["n", "v"], Expr::binary(Op::Subtract, name("n"), name("v"))), int(9), ints()],
        ),
        call(
            "lib.foldl",
            vec![function(&["n", "v"], Expr::binary(Op::Subtract, name("n"), name("v"))), int(9), ints()],
        ),
        call(
            "builtins.genList",
            vec![function(&["v"], Expr::binary(Op::Multiply, name("v"), name("v"))), int(4)],
        ),
        call("builtins.getAttr", vec![s("a"), set()]),
        call("builtins.hasAttr", vec![s("z"), set()]),
        Expr::List(["b", "a.", "zz"].map(|text| call("lib.hasInfix", vec![s(text), s("a.b")])).into()),
        call("lib.id", vec![set()]),
        call("lib.imap0", vec![function(&["n", "v"], Expr::binary(Op::Add, name("n"), name("v"))), ints()]),
        call("lib.imap1", vec![function(&["n", "v"], Expr::binary(Op::Add, name("n"), name("v"))), ints()]),
        call("lib.init", vec![strings()]),
        call("lib.intersectLists", vec![Expr::strings(["a", "x"]), strings()]),
        Expr::List(
            ["isAttrs", "isBool", "isFloat", "isInt", "isList", "isNull", "isString"]
                .into_iter()
                .flat_map(|test| {
                    [set(), int(1), Expr::Null, strings(), s("")]
                        .map(|it| call(&format!("builtins.{test}"), vec![it]))
                })
                .collect(),
        ),
        call("lib.last", vec![strings()]),
        call("builtins.lessThan", vec![s("a"), s("b")]),
        call(
            "builtins.listToAttrs",
            vec![Expr::List(vec![
                call("lib.nameValuePair", vec![s("x"), int(1)]),
                call("lib.nameValuePair", vec![s("x"), int(2)]),
            ])],
        ),
        call(
            "lib.mapAttrs'",
            vec![function(&["n", "v"], call("lib.nameValuePair", vec![pair(), name("v")])), set()],
        ),
        Expr::List(vec![call("lib.max", vec![int(1), int(2)]), call("lib.min", vec![int(1), int(2)])]),
        Expr::List([(7, 3), (-7, 3), (7, -3)].map(|(a, b)| call("lib.mod", vec![int(a), int(b)])).into()),
        Expr::List(vec![
            call("lib.optional", vec![Expr::Bool(true), int(1)]),
            call("lib.optional", vec![Expr::Bool(false), int(1)]),
        ]),
        Expr::List(vec![
            call("lib.optionals", vec![Expr::Bool(true), ints()]),
            call("lib.optionals", vec![Expr::Bool(false), ints()]),
        ]),
        call("lib.optionalAttrs", vec![Expr::Bool(false), set()]),
        // what is left out is not evaluated
        call("lib.optionalString", vec![Expr::Bool(false), call("throw", vec![s("never")])]),
        call("removeAttrs", vec![set(), Expr::strings(["a", "z"])]),
        call("lib.sublist", vec![int(1), int(2), strings()]),
        call("builtins.substring", vec![int(1), int(-1), s("abc")]),
        call("builtins.substring", vec![int(5), int(2), s("abc")]),
        call("lib.subtractLists", vec![Expr::strings(["a"]), strings()]),
        call("builtins.tail", vec![strings()]),
        call("lib.take", vec![int(2), strings()]),
        call("lib.toInt", vec![s("42")]),
        call("builtins.toJSON", vec![Expr::attrs([("x", strings()), ("a", set()), ("t", s("\"\n\u{7}é"))])]),
        call("lib.toList", vec![s("x")]),
        Expr::List(["  a b\n", "", " ", "x"].map(|text| call("lib.trim", vec![s(text)])).into()),
    ]
}

#[test]
fn every_function_does_what_nixpkgs_does() {
    let cases: Vec<(Expr, Expr)> = calls()
        .into_iter()
        .map(|call| {
            let value = evaluate(&call, &Environment::default());
            let value = value.unwrap_or_else(|fault| panic!("{}: {fault}", emit::nix(&call)));
            (call, value)
        })
        .collect();
    compare(&cases);
}

#[test]
fn what_is_printed_is_laid_out_once() {
    for (expr, _) in cases(300) {
        let once =
            nixfmt_rs::format(&emit::nix(&expr)).unwrap_or_else(|it| panic!("{it:?}\n{}", emit::nix(&expr)));
        let rest = (0..3).fold(once, |text, _| nixfmt_rs::format(&text).unwrap());
        assert_eq!(nixfmt_rs::format(&rest).unwrap(), rest);
    }
}
