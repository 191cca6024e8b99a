//! What the interpreter promises beside agreeing with Nix, which `tests/nix_expressions.rs` holds.

use super::*;
use crate::translate::nixos::{Key, Op, Part};

fn host() -> Environment {
    let mut environment = Environment::default();
    let mut set = |path: &str, value: Expr| {
        let path: Vec<EcoString> = path.split('.').map(Into::into).collect();
        environment.set(&path, &value).unwrap();
    };
    set("cfg.port", Expr::Int(80));
    set("cfg.names", Expr::strings(["b", "a", "b"]));
    set("cfg.users", Expr::attrs([("zoe", Expr::Int(2)), ("abe", Expr::Int(1))]));
    set("config.networking.hostName", Expr::str("web01"));
    environment
}

fn value(expr: &Expr) -> Result<Expr, Fault> {
    evaluate(expr, &host())
}

#[test]
fn inputs_are_read_and_what_is_no_input_stays_a_symbol() {
    assert_eq!(value(&Expr::select("cfg.port")), Ok(Expr::Int(80)));
    let package = Expr::select("pkgs.vim");
    assert_eq!(value(&Expr::List(vec![package.clone()])), value(&Expr::Packages(vec!["vim".into()])));
    let path =
        Expr::text(vec![Part::Text("x ".into()), Part::Expr(package.clone()), Part::Text("/bin".into())]);
    assert_eq!(value(&path), Ok(path));
    let unknown = Expr::binary(Op::Equal, package, Expr::Null);
    assert_eq!(value(&unknown), Err(Fault::Symbolic("pkgs.vim".into())));
    assert_eq!(value(&Expr::select("cfg.x")), Err(Fault::Missing("cfg.x".into())));
    assert_eq!(value(&Expr::select("nothing")), Err(Fault::Missing("nothing".into())));
}

#[test]
fn a_default_stands_for_any_missing_part_of_a_path() {
    let or = |path: &str| Expr::select(path).select_keys(vec![Key::Name("y".into())], Some(Expr::Int(0)));
    assert_eq!(value(&or("cfg.x")), Ok(Expr::Int(0)));
    assert_eq!(value(&or("cfg.port")), Ok(Expr::Int(0)));
    assert_eq!(value(&or("pkgs.x")), Ok(Expr::select("pkgs.x.y")));
    let key = vec![Key::Dynamic(Expr::apply("lib.head", vec![Expr::strings(["abe"])]))];
    assert_eq!(value(&Expr::select("cfg.users").select_keys(key, None)), Ok(Expr::Int(1)));
}

#[test]
fn what_nix_refuses_is_refused() {
    let port = || Expr::select("cfg.port");
    let in_text = Expr::text(vec![Part::Expr(port())]);
    assert!(matches!(value(&in_text), Err(Fault::Wrong("a string", _))));
    assert!(matches!(value(&Expr::binary(Op::Divide, port(), Expr::Int(0))), Err(Fault::Thrown(_))));
    assert!(matches!(value(&Expr::binary(Op::Add, Expr::Int(i64::MAX), port())), Err(Fault::Thrown(_))));
    let early =
        Expr::Let(vec![("a".into(), Expr::select("b")), ("b".into(), Expr::Null)], Box::new(Expr::Null));
    assert_eq!(value(&early), Err(Fault::Missing("b".into())));
}

#[test]
fn evaluation_ends() {
    let twice = Expr::lambda("f", Expr::Call(Box::new(Expr::select("f")), vec![Expr::select("f")]));
    let forever = Expr::Call(Box::new(twice.clone()), vec![twice]);
    assert_eq!(value(&forever), Err(Fault::Limit));
    let many = Expr::apply("lib.range", vec![Expr::Int(0), Expr::Int(i64::MAX)]);
    assert_eq!(value(&many), Err(Fault::Limit));
}
