//! The syntax tree of a manifest or an EPP template: owned, spanned, `Send + Sync`.
//!
//! It is isomorphic to Puppet's own model (`Puppet::Pops::Model`), so that Puppet's PN dump can be written
//! from it exactly ([`super::pn`]). What is known while parsing is resolved: literal values, variable names
//! without `$`, operators, escapes and margins of texts, full names of nested classes.

use crate::source::{SourceFile, Span};
use ecow::EcoString;
use std::sync::Arc;

/// One parsed file. Outlives the text it came from; clones share nothing but the definitions.
#[derive(Clone, Debug)]
pub struct Ast {
    /// The file, for lines and quoted text.
    pub source: Arc<SourceFile>,
    /// What the file evaluates, in order; of an EPP template one [`ExprKind::Lambda`] around one [`ExprKind::Epp`].
    pub body: Block,
    /// Every definition in the file, inner ones before outer ones, as Puppet registers them.
    pub definitions: Vec<Definition>,
}

/// A sequence of statements; its value is that of the last one.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// From the opening brace to the closing one, or over the statements where there are no braces.
    pub span: Span,
    /// The statements, calls without parentheses already made calls.
    pub statements: Box<[Expr]>,
}

/// An expression with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// The whole expression, from its first to its last character.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// All kinds of expressions. Statements are expressions in Puppet.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `undef`.
    Undef,
    /// `default`.
    Default,
    /// `true` or `false`.
    Boolean(bool),
    /// An integer with the base it was written in.
    Integer(i64, Radix),
    /// A floating point number.
    Float(f64),
    /// A text without interpolation, quoted or a bare word with a hyphen; escapes are resolved.
    String(EcoString),
    /// A text with interpolation.
    Interpolated(Box<[Segment]>),
    /// A heredoc.
    Heredoc(Box<Heredoc>),
    /// A regular expression's source, with `\/` made `/`.
    Regex(EcoString),
    /// A bare lower-case name such as `file` or `apache::vhost`.
    Name(EcoString),
    /// A type reference such as `File` or `Apache::Vhost`, as it was cased.
    TypeRef(EcoString),
    /// A word reserved by the language (`attr`, `private`).
    Reserved(EcoString),
    /// A variable's name without `$`; a leading `::` is kept.
    Variable(EcoString),
    /// `[a, b]`.
    Array(Box<[Expr]>),
    /// `{ a => b }`, also the entries given without braces as arguments.
    Hash(Box<[HashEntry]>),
    /// `(a)`.
    Paren(Box<Expr>),
    /// `!a`.
    Not(Box<Expr>),
    /// `-a`.
    Minus(Box<Expr>),
    /// `*a`.
    Splat(Box<Expr>),
    /// An arithmetic, comparing, matching or logical operation.
    Binary(Box<Binary>),
    /// `$a = b` (and the refused `+=`, `-=`).
    Assignment(Box<Assignment>),
    /// `a -> b` and its three relatives.
    Relationship(Box<Relationship>),
    /// `a[b, c]`.
    Access(Box<Access>),
    /// `f(a)`, `f a`, `Type(a)`.
    Call(Box<Call>),
    /// `a.f(b)`, `a.f`.
    MethodCall(Box<MethodCall>),
    /// `a ? { b => c }`.
    Selector(Box<Selector>),
    /// `if`, with `elsif` as an `else` of one `if`.
    If(Box<If>),
    /// `unless`.
    Unless(Box<If>),
    /// `case`.
    Case(Box<Case>),
    /// `type { title: … }`.
    Resource(Box<Resource>),
    /// `Type { … }`.
    ResourceDefaults(Box<ResourceDefaults>),
    /// `Type[title] { … }`.
    ResourceOverride(Box<ResourceOverride>),
    /// `Type <| … |>`.
    Collector(Box<Collector>),
    /// Statements in the place of an expression.
    Block(Box<Block>),
    /// `class`.
    Class(Arc<ClassDefinition>),
    /// `define`.
    Define(Arc<DefineDefinition>),
    /// `function`.
    Function(Arc<FunctionDefinition>),
    /// `node`.
    Node(Arc<NodeDefinition>),
    /// `type Name = …`.
    TypeAlias(Arc<TypeAlias>),
    /// `type Runtime[…] = …`.
    TypeMapping(Arc<TypeMapping>),
    /// `type Name { … }`, which Puppet parses and then refuses.
    TypeDefinition(Arc<TypeDefinition>),
    /// A lambda; on its own only as the body of an EPP template.
    Lambda(Arc<Lambda>),
    /// The body of an EPP template.
    Epp(Box<Epp>),
    /// Literal text of an EPP template.
    RenderText(EcoString),
    /// `<%= a %>`.
    Render(Box<Expr>),
}

/// The base an integer was written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Radix {
    /// `10`.
    Decimal,
    /// `010`.
    Octal,
    /// `0x10`.
    Hex,
}

/// A part of an interpolated text.
#[derive(Clone, Debug, PartialEq)]
pub enum Segment {
    /// Literal text, never empty, escapes resolved.
    Text(Span, EcoString),
    /// `$name` or `${expression}`.
    Expr(Expr),
}

/// `@("TAG":syntax/escapes)` with its text.
#[derive(Clone, Debug, PartialEq)]
pub struct Heredoc {
    /// The declared syntax such as `json`, often empty.
    pub syntax: EcoString,
    /// [`ExprKind::String`] or [`ExprKind::Interpolated`], margin and escapes resolved.
    pub text: Expr,
}

/// `key => value`.
#[derive(Clone, Debug, PartialEq)]
pub struct HashEntry {
    /// The arrow.
    pub arrow: Span,
    /// The key.
    pub key: Expr,
    /// The value.
    pub value: Expr,
}

/// An operation with two operands.
#[derive(Clone, Debug, PartialEq)]
pub struct Binary {
    /// The operator.
    pub op: BinaryOp,
    /// The operator's place.
    pub op_span: Span,
    /// The left operand.
    pub left: Expr,
    /// The right operand.
    pub right: Expr,
}

/// The operators of [`Binary`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `=~`
    Match,
    /// `!~`
    NoMatch,
    /// `in`
    In,
    /// `and`
    And,
    /// `or`
    Or,
}

impl BinaryOp {
    /// Returns the operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
            Self::Match => "=~",
            Self::NoMatch => "!~",
            Self::In => "in",
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

/// `target = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// `=`; the others are refused by validation.
    pub op: AssignmentOp,
    /// The operator's place.
    pub op_span: Span,
    /// A variable or a (nested) array of variables.
    pub target: Expr,
    /// The value.
    pub value: Expr,
}

/// The operators of [`Assignment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignmentOp {
    /// `=`
    Set,
    /// `+=`, refused since Puppet 4.
    Append,
    /// `-=`, refused since Puppet 4.
    Delete,
}

impl AssignmentOp {
    /// Returns the operator as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Set => "=",
            Self::Append => "+=",
            Self::Delete => "-=",
        }
    }
}

/// Two resources, references or collectors in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Relationship {
    /// The arrow.
    pub op: RelationshipOp,
    /// The arrow's place.
    pub op_span: Span,
    /// The left side.
    pub left: Expr,
    /// The right side.
    pub right: Expr,
}

/// The arrows of [`Relationship`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RelationshipOp {
    /// `->`: left before right.
    Before,
    /// `~>`: left notifies right.
    Notify,
    /// `<-`: right before left.
    After,
    /// `<~`: right notifies left.
    Subscribe,
}

impl RelationshipOp {
    /// Returns the arrow as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Before => "->",
            Self::Notify => "~>",
            Self::After => "<-",
            Self::Subscribe => "<~",
        }
    }
}

/// `left[keys]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Access {
    /// A type reference or any value.
    pub left: Expr,
    /// At least one.
    pub keys: Box<[Expr]>,
}

/// A call of a function by name or of a type.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// [`ExprKind::Name`] for functions, a type reference or an access of one for `Type.new`.
    pub functor: Expr,
    /// The arguments; trailing `k => v` pairs are one [`ExprKind::Hash`].
    pub arguments: Box<[Expr]>,
    /// The block.
    pub lambda: Option<Arc<Lambda>>,
    /// Whether the value is used: false for statements.
    pub rvalue: bool,
}

/// `receiver.name(arguments)`.
#[derive(Clone, Debug, PartialEq)]
pub struct MethodCall {
    /// The first argument.
    pub receiver: Expr,
    /// The function's name.
    pub name: EcoString,
    /// The name's place.
    pub name_span: Span,
    /// Where Puppet says the call is: the parenthesis, else the dot.
    pub anchor: Span,
    /// The other arguments.
    pub arguments: Box<[Expr]>,
    /// The block.
    pub lambda: Option<Arc<Lambda>>,
}

/// `left ? { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Selector {
    /// What is compared.
    pub left: Expr,
    /// The entries in order.
    pub entries: Box<[SelectorEntry]>,
}

/// `matching => value`.
#[derive(Clone, Debug, PartialEq)]
pub struct SelectorEntry {
    /// The arrow.
    pub arrow: Span,
    /// What is compared with; `default` is [`ExprKind::Default`].
    pub matching: Expr,
    /// The value.
    pub value: Expr,
}

/// `if` and `unless`.
#[derive(Clone, Debug, PartialEq)]
pub struct If {
    /// The condition.
    pub test: Expr,
    /// The statements, `None` for `{}`.
    pub then: Option<Block>,
    /// The other branch; `elsif` is a block of one [`ExprKind::If`].
    pub otherwise: Option<Block>,
}

/// `case test { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// What is compared.
    pub test: Expr,
    /// The options in order.
    pub options: Box<[CaseOption]>,
}

/// `value, value: { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseOption {
    /// The whole option.
    pub span: Span,
    /// The colon.
    pub colon: Span,
    /// At least one; `default` is [`ExprKind::Default`].
    pub values: Box<[Expr]>,
    /// The statements, `None` for `{}`.
    pub then: Option<Block>,
}

/// Whether a resource is realised at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceForm {
    /// `file { … }`
    Regular,
    /// `@file { … }`
    Virtual,
    /// `@@file { … }`
    Exported,
}

/// `type { title: attributes; title: attributes }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Regular, virtual or exported.
    pub form: ResourceForm,
    /// [`ExprKind::Name`] as a rule (`class` too), or any expression that gives a type.
    pub type_name: Expr,
    /// At least one.
    pub bodies: Box<[ResourceBody]>,
}

/// `title: attributes`.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceBody {
    /// The whole body.
    pub span: Span,
    /// A title, an array of titles, or `default`.
    pub title: Expr,
    /// The attributes in order.
    pub operations: Box<[AttributeOperation]>,
}

/// `Type { attributes }`.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceDefaults {
    /// Anything but regular is refused by validation.
    pub form: ResourceForm,
    /// A type reference.
    pub type_ref: Expr,
    /// The attributes in order.
    pub operations: Box<[AttributeOperation]>,
}

/// `Type[title] { attributes }`.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceOverride {
    /// Anything but regular is refused by validation.
    pub form: ResourceForm,
    /// The reference.
    pub resources: Expr,
    /// The attributes in order.
    pub operations: Box<[AttributeOperation]>,
}

/// An attribute, or a splatted hash of attributes.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeOperation {
    /// `name => value` or `name +> value`.
    Attribute(Attribute),
    /// `* => hash`.
    Splat(Span, Expr),
}

/// `name => value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The whole attribute.
    pub span: Span,
    /// The name's place.
    pub name_span: Span,
    /// The name.
    pub name: EcoString,
    /// Whether it is `+>`, which adds to what is there.
    pub append: bool,
    /// The value.
    pub value: Expr,
}

/// `Type <| query |> { attributes }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Collector {
    /// A type reference.
    pub type_expr: Expr,
    /// Whether it is `<<| |>>`.
    pub exported: bool,
    /// The query with its markers.
    pub query_span: Span,
    /// The query, if any.
    pub query: Option<Expr>,
    /// The overrides in order.
    pub operations: Box<[AttributeOperation]>,
}

/// A parameter of a class, define, function, lambda or template.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// From the type to the default value.
    pub span: Span,
    /// The variable's place.
    pub name_span: Span,
    /// The name without `$`.
    pub name: EcoString,
    /// The type.
    pub type_expr: Option<Expr>,
    /// The default value.
    pub value: Option<Expr>,
    /// Whether it is `*$name`.
    pub captures_rest: bool,
}

/// `class name (parameters) inherits parent { body }`.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassDefinition {
    /// The whole definition.
    pub span: Span,
    /// The full name as written, nested names joined.
    pub name: EcoString,
    /// The name's place.
    pub name_span: Span,
    /// The parameters in order.
    pub parameters: Box<[Parameter]>,
    /// The parent class as written.
    pub parent: Option<EcoString>,
    /// The statements, `None` for `{}`.
    pub body: Option<Block>,
}

/// `define name (parameters) { body }`.
#[derive(Clone, Debug, PartialEq)]
pub struct DefineDefinition {
    /// The whole definition.
    pub span: Span,
    /// The full name as written, joined with the names of enclosing classes.
    pub name: EcoString,
    /// The name's place.
    pub name_span: Span,
    /// The parameters in order.
    pub parameters: Box<[Parameter]>,
    /// The statements, `None` for `{}`.
    pub body: Option<Block>,
}

/// `function name (parameters) >> type { body }`.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionDefinition {
    /// The whole definition.
    pub span: Span,
    /// The full name as written.
    pub name: EcoString,
    /// The name's place.
    pub name_span: Span,
    /// The parameters in order.
    pub parameters: Box<[Parameter]>,
    /// The type of the result.
    pub return_type: Option<Expr>,
    /// The statements, `None` for `{}`.
    pub body: Option<Block>,
}

/// `node matches { body }`.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeDefinition {
    /// The whole definition.
    pub span: Span,
    /// Strings, regular expressions and `default`.
    pub matches: Box<[Expr]>,
    /// `inherits`, refused by validation.
    pub parent: Option<Expr>,
    /// The statements, `None` for `{}`.
    pub body: Option<Block>,
}

/// `type Name = type`.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeAlias {
    /// The whole definition.
    pub span: Span,
    /// The name as written.
    pub name: EcoString,
    /// The type; `{ … }` is already `Object[{ … }]`.
    pub type_expr: Expr,
}

/// `type Runtime[…] = …`.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeMapping {
    /// The whole definition.
    pub span: Span,
    /// The left side.
    pub type_expr: Expr,
    /// The right side.
    pub mapping: Expr,
}

/// `type Name inherits Parent { … }`.
#[derive(Clone, Debug, PartialEq)]
pub struct TypeDefinition {
    /// The whole definition.
    pub span: Span,
    /// The name as written.
    pub name: EcoString,
    /// The parent's name as written.
    pub parent: Option<EcoString>,
    /// The statements, `None` for `{}`.
    pub body: Option<Block>,
}

/// `|parameters| >> type { body }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Lambda {
    /// The whole lambda.
    pub span: Span,
    /// The parameters in order.
    pub parameters: Box<[Parameter]>,
    /// The type of the result.
    pub return_type: Option<Expr>,
    /// The statements, `None` for `{}`.
    pub body: Option<Block>,
}

/// The body of an EPP template.
#[derive(Clone, Debug, PartialEq)]
pub struct Epp {
    /// Whether the template names its parameters, even if there are none.
    pub parameters_specified: bool,
    /// The statements and texts.
    pub body: Option<Block>,
}

/// One definition of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Definition {
    /// A class.
    Class(Arc<ClassDefinition>),
    /// A defined type.
    Define(Arc<DefineDefinition>),
    /// A function.
    Function(Arc<FunctionDefinition>),
    /// A node.
    Node(Arc<NodeDefinition>),
    /// A type alias.
    TypeAlias(Arc<TypeAlias>),
    /// A type mapping.
    TypeMapping(Arc<TypeMapping>),
    /// A type definition.
    TypeDefinition(Arc<TypeDefinition>),
}

impl Expr {
    /// Makes an expression.
    #[must_use]
    pub const fn new(span: Span, kind: ExprKind) -> Self {
        Self { span, kind }
    }

    /// Returns the place that Puppet gives for the expression: the operator of an operation, the
    /// parenthesis or dot of a method call, else its beginning (`record_position` in `egrammar.ra`).
    #[must_use]
    pub fn anchor(&self) -> Span {
        match &self.kind {
            ExprKind::Binary(it) => it.op_span,
            ExprKind::Assignment(it) => it.op_span,
            ExprKind::Relationship(it) => it.op_span,
            ExprKind::MethodCall(it) => it.anchor,
            ExprKind::Access(it) => self.from(&it.left),
            ExprKind::Call(it) => self.from(&it.functor),
            ExprKind::Selector(it) => self.from(&it.left),
            ExprKind::Collector(it) => self.from(&it.type_expr),
            ExprKind::ResourceDefaults(it) if it.form == ResourceForm::Regular => self.from(&it.type_ref),
            ExprKind::ResourceOverride(it) if it.form == ResourceForm::Regular => self.from(&it.resources),
            ExprKind::Resource(it) if it.form == ResourceForm::Regular => self.from(&it.type_name),
            _ => self.span,
        }
    }

    fn from(&self, first: &Self) -> Span {
        Span::new(first.anchor().start, self.span.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trees_cross_threads_and_expressions_stay_small() {
        fn sendable<T: Send + Sync>() {}
        sendable::<Ast>();
        assert!(size_of::<Expr>() <= 40, "{}", size_of::<Expr>());
    }
}
