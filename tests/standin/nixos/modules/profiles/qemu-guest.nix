# NixOS's own says which kernel modules a guest needs early; nothing here depends on them.
{ }
