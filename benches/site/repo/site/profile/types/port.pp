# A port that needs no privilege.
type Profile::Port = Integer[1024, 65535]
