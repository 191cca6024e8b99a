# A person as the data describe one.
type Profile::Person = Struct[{
  uid              => Integer[1000, 59999],
  name             => String[1],
  Optional[ensure] => Enum['present', 'absent'],
  Optional[shell]  => Stdlib::Absolutepath,
  Optional[groups] => Array[String[1]],
  keys             => Hash[String[1], Pattern[/\AAAAA[A-Za-z0-9+\/=]+\z/]],
}]
