//! The interpreter's own tree: local variables are slots, calls know their builtin rows, spans lie in the file the
//! code was written in. `Send + Sync`, so that a parsed file serves every node.

use super::core::NameRows;
use crate::{source::SourceFile, source::Span, value::Str};
use ecow::EcoString;
use std::sync::Arc;

/// A parsed file: its body and the number of slots its local variables need.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) source: Arc<SourceFile>,
    pub(crate) body: Node,
    pub(crate) slots: usize,
    /// The first method that the file defines: functions of the 3.x API may have none.
    pub(crate) first_def: Option<(EcoString, Span)>,
}

/// An expression and where it was written.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) kind: Kind,
}

/// How many block scopes outwards a local variable lives, and its slot there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) depth: u32,
    pub(crate) index: u32,
}

/// What an expression is.
#[derive(Debug)]
pub(crate) enum Kind {
    Nil,
    True,
    False,
    SelfRef,
    Int(i64),
    /// The digits of an integer beyond 64 bits, and their radix.
    BigInt(EcoString, u32),
    Float(f64),
    Str(Str),
    Text(Vec<Node>),
    Sym(EcoString),
    TextSym(Vec<Node>),
    Regexp(Vec<Node>, u32),
    Array(Vec<Node>),
    Hash(Vec<Node>),
    Pair(Box<Node>, Box<Node>),
    /// `*x` in an argument list, an array, a `when`.
    Splat(Box<Node>),
    /// `**x` in a hash or an argument list.
    DoubleSplat(Box<Node>),
    /// Keyword arguments without braces: always the last argument.
    Keywords(Vec<Node>),
    Range(Option<Box<Node>>, Option<Box<Node>>, bool),
    Local(Slot),
    Instance(EcoString),
    Global(EcoString),
    ClassVar(EcoString),
    Const(Box<ConstPath>),
    /// `$1`.
    Group(usize),
    /// `$&` and its kin.
    BackRef(char),
    Assign(Target, Box<Node>),
    OpAssign(Target, EcoString, Box<Node>),
    OrAssign(Target, Box<Node>),
    AndAssign(Target, Box<Node>),
    MultiAssign(Vec<Target>, Box<Node>),
    Call(Box<Call>),
    Super(Box<Super>),
    Yield(Vec<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    Defined(Box<Node>),
    If(Box<Node>, Option<Box<Node>>, Option<Box<Node>>),
    While(Box<While>),
    For(Box<For>),
    Case(Box<Case>),
    CaseIn(Box<CaseIn>),
    /// `value in pattern`.
    Matches(Box<(Node, Pattern)>),
    Seq(Vec<Node>),
    Rescue(Box<Rescue>),
    Ensure(Option<Box<Node>>, Option<Box<Node>>),
    Return(Option<Box<Node>>),
    Break(Option<Box<Node>>, bool),
    Next(Option<Box<Node>>),
    Redo,
    Retry,
    Lambda(Arc<Block>),
    Def(Option<Box<Node>>, Arc<Def>),
    Class(Box<ClassDef>),
    Alias(EcoString, EcoString),
    UndefMethods(Vec<EcoString>),
    /// `/(?<x>…)/ =~ s`, which sets local variables.
    MatchAssign(Box<Node>, Box<Node>, Vec<(EcoString, Slot)>),
    /// A construct that is refused when it is reached.
    Unsupported(&'static str),
    /// A backtick command or another construct that reaches outside, refused when it is reached.
    Refused(&'static str),
}

/// `A::B`: what it is looked up in, and the name.
#[derive(Debug)]
pub(crate) struct ConstPath {
    pub(crate) scope: ConstScope,
    pub(crate) name: EcoString,
}

/// Where a constant is looked up.
#[derive(Debug)]
pub(crate) enum ConstScope {
    Lexical,
    Top,
    In(Node),
}

/// What can be assigned to.
#[derive(Debug)]
pub(crate) enum Target {
    Local(Slot),
    Instance(EcoString),
    Global(EcoString),
    ClassVar(EcoString),
    Const(Box<ConstPath>),
    /// `recv[args]`.
    Index(Box<Node>, Vec<Node>),
    /// `recv.name`, and whether by `&.`.
    Attribute(Box<Node>, Box<Attribute>),
    Splat(Option<Box<Target>>),
    Nested(Vec<Target>),
}

/// An attribute's reader and writer.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) reader: Name,
    pub(crate) writer: Name,
    pub(crate) safe: bool,
}

/// A method's name with the builtin methods of that name.
#[derive(Clone, Debug)]
pub(crate) struct Name {
    pub(crate) text: EcoString,
    pub(crate) rows: Option<&'static NameRows>,
}

/// A method call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) receiver: Option<Node>,
    pub(crate) name: Name,
    pub(crate) arguments: Vec<Node>,
    pub(crate) block: BlockArg,
    pub(crate) safe: bool,
    /// Whether all arguments are plain values: no splat, no keywords.
    pub(crate) plain: bool,
    /// Whether it was written like a local variable.
    pub(crate) bare: bool,
    /// `.name` alone.
    pub(crate) name_span: Span,
}

/// `super` with arguments, or with those of the method (`None`).
#[derive(Debug)]
pub(crate) struct Super {
    pub(crate) arguments: Option<Vec<Node>>,
    pub(crate) block: BlockArg,
}

/// What is given as the block of a call.
#[derive(Debug)]
pub(crate) enum BlockArg {
    None,
    /// `&expr`.
    Pass(Node),
    /// `&` alone: the method's own block.
    Forward,
    Literal(Arc<Block>),
}

/// A block: parameters and body.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) params: Params,
    pub(crate) slots: usize,
    pub(crate) body: Option<Node>,
    pub(crate) source: Arc<SourceFile>,
}

/// Parameters of a block or a method.
#[derive(Debug, Default)]
pub(crate) struct Params {
    pub(crate) required: Vec<Target>,
    pub(crate) optional: Vec<(Slot, Node)>,
    /// Whether there is a `*rest`, and its slot where it has a name.
    pub(crate) rest: Option<Option<Slot>>,
    pub(crate) post: Vec<Target>,
    pub(crate) keywords: Vec<Keyword>,
    pub(crate) keyword_rest: Option<Option<Slot>>,
    pub(crate) block: Option<Slot>,
    /// `|a,|`: takes the first of several.
    pub(crate) excess_comma: bool,
}

/// A keyword parameter.
#[derive(Debug)]
pub(crate) struct Keyword {
    pub(crate) name: EcoString,
    pub(crate) slot: Slot,
    pub(crate) default: Option<Node>,
    pub(crate) required: bool,
}

/// A method definition.
#[derive(Debug)]
pub(crate) struct Def {
    pub(crate) name: EcoString,
    pub(crate) block: Arc<Block>,
}

/// `class`, `module` or `class << x`.
#[derive(Debug)]
pub(crate) struct ClassDef {
    pub(crate) form: ClassForm,
    pub(crate) body: Option<Node>,
    pub(crate) slots: usize,
}

/// Which of the three forms, with what it names.
#[derive(Debug)]
pub(crate) enum ClassForm {
    Class(ConstPath, Option<Node>),
    Module(ConstPath),
    Singleton(Node),
}

/// `while` and `until`.
#[derive(Debug)]
pub(crate) struct While {
    pub(crate) condition: Node,
    pub(crate) body: Option<Node>,
    pub(crate) until: bool,
    pub(crate) body_first: bool,
}

/// `for x in y`.
#[derive(Debug)]
pub(crate) struct For {
    pub(crate) target: Target,
    pub(crate) over: Node,
    pub(crate) body: Option<Node>,
}

/// `case … when`.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) subject: Option<Node>,
    pub(crate) whens: Vec<(Vec<Node>, Option<Node>)>,
    pub(crate) otherwise: Option<Node>,
}

/// `case … in`, and `value => pattern`.
#[derive(Debug)]
pub(crate) struct CaseIn {
    pub(crate) value: Node,
    /// Pattern, guard with what it has to be, body.
    pub(crate) branches: Vec<(Pattern, Option<Guard>, Option<Node>)>,
    pub(crate) otherwise: Option<Node>,
    /// Whether nothing that fits is an exception.
    pub(crate) raises: bool,
}

/// The condition of a branch, and what it has to be.
pub(crate) type Guard = (Node, bool);

/// What takes the rest of a list: nothing may be left, nothing looks at it, a pattern.
pub(crate) type Rest = Option<Option<Box<Pattern>>>;

/// A key of a hash and what its value is held against.
pub(crate) type Entry = (EcoString, Pattern);

/// What a value is held against.
#[derive(Debug)]
pub(crate) enum Pattern {
    /// `===` of this.
    Value(Node),
    Bind(Slot),
    Either(Box<Pattern>, Box<Pattern>),
    Both(Box<Pattern>, Box<Pattern>),
    /// The first items, what takes the rest, the last items.
    List(Vec<Pattern>, Rest, Vec<Pattern>),
    /// `[*before, middle, *after]`.
    Find(Option<Box<Pattern>>, Vec<Pattern>, Option<Box<Pattern>>),
    Hash {
        pairs: Vec<Entry>,
        rest: Option<Box<Pattern>>,
        /// Whether nothing else may be in it.
        exact: bool,
    },
}

/// `begin … rescue … else`.
#[derive(Debug)]
pub(crate) struct Rescue {
    pub(crate) body: Option<Node>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) otherwise: Option<Node>,
}

/// One `rescue`.
#[derive(Debug)]
pub(crate) struct Handler {
    pub(crate) classes: Vec<Node>,
    pub(crate) target: Option<Target>,
    pub(crate) body: Option<Node>,
}
