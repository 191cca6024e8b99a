//! The methods of real Ruby 3.1 by class, so that what the interpreter lacks is told from what does not exist.

use crate::ruby::object::Shape;

/// Whether real Ruby has a method of instances.
pub(super) fn has(shape: Shape, name: &str) -> bool {
    let table = INSTANCE.iter().find(|(known, _)| *known == shape).map_or("", |(_, names)| names);
    listed(table, name) || listed(OBJECT, name)
}

/// Whether real Ruby has a method of a class or module itself.
pub(super) fn has_static(class: &str, name: &str) -> bool {
    STATIC.iter().any(|(known, names)| *known == class && listed(names, name))
}

fn listed(names: &str, name: &str) -> bool {
    names.split(' ').any(|known| known == name)
}

const OBJECT: &str = "! != !~ <=> == === =~ Array Complex Float Hash Integer JSON Pathname Rational String URI \
      __callee__ __dir__ __id__ __method__ __send__ ` abort at_exit autoload autoload? binding \
      block_given? caller caller_locations catch class clone define_singleton_method display \
      dup enum_for eql? equal? eval exec exit exit! extend fail fork format freeze frozen? gem \
      gem_original_require gets global_variables hash initialize_clone initialize_copy \
      initialize_dup inspect instance_eval instance_exec instance_of? \
      instance_variable_defined? instance_variable_get instance_variable_set \
      instance_variables is_a? iterator? itself j jj kind_of? lambda load local_variables loop \
      method methods nil? object_id open p pp print printf private_methods proc \
      protected_methods public_method public_methods public_send putc puts raise rand readline \
      readlines remove_instance_variable require require_relative respond_to? \
      respond_to_missing? select send set_trace_func singleton_class singleton_method \
      singleton_methods sleep spawn sprintf srand syscall system taint tainted? tap test then \
      throw to_enum to_json to_s to_yaml trace_var trap trust untaint untrace_var untrust \
      untrusted? warn yield_self";

const INSTANCE: &[(Shape, &str)] = &[
    (Shape::Nil, "& ^ rationalize to_a to_c to_f to_h to_i to_r |"),
    (Shape::True, "& ^ |"),
    (Shape::False, "& ^ |"),
    (
        Shape::Integer,
        "% & * ** + +@ - -@ / < << <= > >= >> [] ^ abs abs2 allbits? angle anybits? arg between? \
      bit_length ceil chr clamp coerce conj conjugate denominator digits div divmod downto \
      even? fdiv finite? floor gcd gcdlcm i imag imaginary infinite? integer? lcm magnitude \
      modulo negative? next nobits? nonzero? numerator odd? ord phase polar positive? pow pred \
      quo rationalize real real? rect rectangular remainder round singleton_method_added size \
      step succ times to_c to_f to_i to_int to_r truncate upto zero? | ~",
    ),
    (
        Shape::Float,
        "% * ** + +@ - -@ / < <= > >= abs abs2 angle arg between? ceil clamp coerce conj conjugate \
      denominator div divmod fdiv finite? floor i imag imaginary infinite? integer? magnitude \
      modulo nan? negative? next_float nonzero? numerator phase polar positive? prev_float quo \
      rationalize real real? rect rectangular remainder round singleton_method_added step to_c \
      to_f to_i to_int to_r truncate zero?",
    ),
    (
        Shape::Symbol,
        "< <= > >= [] between? capitalize casecmp casecmp? clamp downcase empty? encoding \
      end_with? id2name intern length match match? name next size slice start_with? succ \
      swapcase to_proc to_sym upcase",
    ),
    (
        Shape::String,
        "% * + +@ -@ < << <= > >= [] []= ascii_only? b between? bytes bytesize byteslice \
      capitalize capitalize! casecmp casecmp? center chars chomp chomp! chop chop! chr clamp \
      clear codepoints concat count crypt delete delete! delete_prefix delete_prefix! \
      delete_suffix delete_suffix! downcase downcase! dump each_byte each_char each_codepoint \
      each_grapheme_cluster each_line empty? encode encode! encoding end_with? force_encoding \
      getbyte grapheme_clusters gsub gsub! hex include? index insert intern length lines ljust \
      lstrip lstrip! match match? next next! oct ord partition prepend replace reverse \
      reverse! rindex rjust rpartition rstrip rstrip! scan scrub scrub! setbyte shellescape \
      shellsplit size slice slice! split squeeze squeeze! start_with? strip strip! sub sub! \
      succ succ! sum swapcase swapcase! to_c to_f to_i to_json_raw to_json_raw_object to_r \
      to_str to_sym tr tr! tr_s tr_s! undump unicode_normalize unicode_normalize! \
      unicode_normalized? unpack unpack1 upcase upcase! upto valid_encoding?",
    ),
    (
        Shape::Array,
        "& * + - << [] []= all? any? append assoc at bsearch bsearch_index chain chunk chunk_while \
      clear collect collect! collect_concat combination compact compact! concat count cycle \
      deconstruct delete delete_at delete_if detect difference dig drop drop_while each \
      each_cons each_entry each_index each_slice each_with_index each_with_object empty? \
      entries fetch fill filter filter! filter_map find find_all find_index first flat_map \
      flatten flatten! grep grep_v group_by include? index inject insert intersect? \
      intersection join keep_if last lazy length map map! max max_by member? min min_by minmax \
      minmax_by none? one? pack partition permutation pop prepend product push rassoc reduce \
      reject reject! repeated_combination repeated_permutation replace reverse reverse! \
      reverse_each rindex rotate rotate! sample select select! shelljoin shift shuffle \
      shuffle! size slice slice! slice_after slice_before slice_when sort sort! sort_by \
      sort_by! sum take take_while tally to_a to_ary to_h to_set transpose union uniq uniq! \
      unshift values_at zip |",
    ),
    (
        Shape::Hash,
        "< <= > >= [] []= all? any? assoc chain chunk chunk_while clear collect collect_concat \
      compact compact! compare_by_identity compare_by_identity? count cycle deconstruct_keys \
      default default= default_proc default_proc= delete delete_if detect dig drop drop_while \
      each each_cons each_entry each_key each_pair each_slice each_value each_with_index \
      each_with_object empty? entries except fetch fetch_values filter filter! filter_map find \
      find_all find_index first flat_map flatten grep grep_v group_by has_key? has_value? \
      include? inject invert keep_if key key? keys lazy length map max max_by member? merge \
      merge! min min_by minmax minmax_by none? one? partition rassoc reduce rehash reject \
      reject! replace reverse_each select select! shift size slice slice_after slice_before \
      slice_when sort sort_by store sum take take_while tally to_a to_h to_hash to_proc to_set \
      transform_keys transform_keys! transform_values transform_values! uniq update value? \
      values values_at zip",
    ),
    (
        Shape::Range,
        "% all? any? begin bsearch chain chunk chunk_while collect collect_concat compact count \
      cover? cycle detect drop drop_while each each_cons each_entry each_slice each_with_index \
      each_with_object end entries exclude_end? filter filter_map find find_all find_index \
      first flat_map grep grep_v group_by include? inject last lazy map max max_by member? min \
      min_by minmax minmax_by none? one? partition reduce reject reverse_each select size \
      slice_after slice_before slice_when sort sort_by step sum take take_while tally to_a \
      to_h to_set uniq zip",
    ),
    (
        Shape::Proc,
        "<< >> [] arity binding call curry lambda? parameters ruby2_keywords source_location \
      to_proc yield",
    ),
    (Shape::Regexp, "casefold? encoding fixed_encoding? match match? named_captures names options source ~"),
    (
        Shape::MatchData,
        "[] begin captures end length match match_length named_captures names offset post_match \
      pre_match regexp size string to_a values_at",
    ),
    (
        Shape::Class,
        "< <= > >= alias_method allocate ancestors attr attr_accessor attr_reader attr_writer \
      autoload autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants define_method deprecate_constant include include? \
      included_modules instance_method instance_methods json_creatable? method_defined? \
      module_eval module_exec name new prepend private_class_method private_constant \
      private_instance_methods private_method_defined? protected_instance_methods \
      protected_method_defined? public_class_method public_constant public_instance_method \
      public_instance_methods public_method_defined? remove_class_variable remove_method \
      singleton_class? subclasses superclass undef_method",
    ),
    (
        Shape::Module,
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants define_method deprecate_constant include include? \
      included_modules instance_method instance_methods method_defined? module_eval \
      module_exec name prepend private_class_method private_constant private_instance_methods \
      private_method_defined? protected_instance_methods protected_method_defined? \
      public_class_method public_constant public_instance_method public_instance_methods \
      public_method_defined? remove_class_variable remove_method singleton_class? undef_method",
    ),
    (Shape::Exception, "backtrace backtrace_locations cause exception full_message message set_backtrace"),
    (
        Shape::Struct,
        "[] []= all? any? chain chunk chunk_while collect collect_concat compact count cycle \
      deconstruct deconstruct_keys detect dig drop drop_while each each_cons each_entry \
      each_pair each_slice each_with_index each_with_object entries filter filter_map find \
      find_all find_index first flat_map grep grep_v group_by include? inject lazy length map \
      max max_by member? members min min_by minmax minmax_by none? one? partition reduce \
      reject reverse_each select size slice_after slice_before slice_when sort sort_by sum \
      take take_while tally to_a to_h to_set uniq values values_at zip",
    ),
    (
        Shape::Time,
        "+ - < <= > >= asctime between? ceil clamp ctime day dst? floor friday? getgm getlocal \
      getutc gmt? gmt_offset gmtime gmtoff hour httpdate isdst iso8601 localtime mday min mon \
      monday? month nsec rfc2822 rfc822 round saturday? sec strftime subsec sunday? thursday? \
      to_a to_date to_datetime to_f to_i to_r to_time tuesday? tv_nsec tv_sec tv_usec usec utc \
      utc? utc_offset wday wednesday? xmlschema yday year zone",
    ),
    (
        Shape::Enumerator,
        "+ all? any? chain chunk chunk_while collect collect_concat compact count cycle detect \
      drop drop_while each each_cons each_entry each_slice each_with_index each_with_object \
      entries feed filter filter_map find find_all find_index first flat_map grep grep_v \
      group_by include? inject lazy map max max_by member? min min_by minmax minmax_by next \
      next_values none? one? partition peek peek_values reduce reject reverse_each rewind \
      select size slice_after slice_before slice_when sort sort_by sum take take_while tally \
      to_a to_h to_set uniq with_index with_object zip",
    ),
    (
        Shape::Set,
        "& + - < << <= > >= ^ add add? all? any? chain chunk chunk_while classify clear collect \
      collect! collect_concat compact compare_by_identity compare_by_identity? count cycle \
      delete delete? delete_if detect difference disjoint? divide drop drop_while each \
      each_cons each_entry each_slice each_with_index each_with_object empty? entries filter \
      filter! filter_map find find_all find_index first flat_map flatten flatten! grep grep_v \
      group_by include? inject intersect? intersection join keep_if lazy length map map! max \
      max_by member? merge min min_by minmax minmax_by none? one? partition pretty_print \
      pretty_print_cycle proper_subset? proper_superset? reduce reject reject! replace reset \
      reverse_each select select! size slice_after slice_before slice_when sort sort_by \
      subset? subtract sum superset? take take_while tally to_a to_h to_set union uniq zip |",
    ),
    (
        Shape::IpAddr,
        "& < << <= > >= >> between? clamp family hton include? ip6_arpa ip6_int ipv4? ipv4_compat \
      ipv4_compat? ipv4_mapped ipv4_mapped? ipv6? link_local? loopback? mask native netmask \
      prefix prefix= private? reverse succ to_i to_range to_string zone_id zone_id= | ~",
    ),
    (
        Shape::StringIo,
        "<< all? any? binmode chain chunk chunk_while close close_read close_write closed? \
      closed_read? closed_write? collect collect_concat compact count cycle detect drop \
      drop_while each each_byte each_char each_codepoint each_cons each_entry each_line \
      each_slice each_with_index each_with_object entries eof eof? external_encoding fcntl \
      fileno filter filter_map find find_all find_index first flat_map flush fsync getbyte \
      getc gets grep grep_v group_by include? inject internal_encoding isatty lazy length \
      lineno lineno= map max max_by member? min min_by minmax minmax_by none? one? partition \
      pid pos pos= print printf putc puts read read_nonblock readbyte readchar readline \
      readlines readpartial reduce reject reopen reverse_each rewind seek select set_encoding \
      set_encoding_by_bom size slice_after slice_before slice_when sort sort_by string string= \
      sum sync sync= sysread syswrite take take_while tally tell to_a to_h to_set truncate \
      tty? ungetbyte ungetc uniq write write_nonblock zip",
    ),
    (
        Shape::Erb,
        "def_class def_method def_module encoding filename filename= lineno lineno= location= \
      make_compiler result result_with_hash run set_eoutvar src",
    ),
];

const STATIC: &[(&str, &str)] = &[
    ("Array", "[] json_creatable? new subclasses try_convert yaml_tag"),
    (
        "Hash",
        "[] json_creatable? new ruby2_keywords_hash ruby2_keywords_hash? subclasses try_convert \
      yaml_tag",
    ),
    ("String", "json_creatable? json_create new subclasses try_convert yaml_tag"),
    ("Integer", "json_creatable? sqrt subclasses try_convert yaml_tag new"),
    ("Float", "json_creatable? subclasses yaml_tag new"),
    ("Symbol", "all_symbols json_creatable? subclasses yaml_tag new"),
    ("Regexp", "compile escape json_creatable? last_match new quote subclasses try_convert union yaml_tag"),
    (
        "Time",
        "at gm httpdate iso8601 json_creatable? local mktime new now parse rfc2822 rfc822 strptime \
      subclasses utc xmlschema yaml_tag zone_offset",
    ),
    (
        "Date",
        "_httpdate _iso8601 _jisx0301 _load _parse _rfc2822 _rfc3339 _rfc822 _strptime _xmlschema \
      civil commercial gregorian_leap? httpdate iso8601 jd jisx0301 json_creatable? \
      julian_leap? leap? new ordinal parse rfc2822 rfc3339 rfc822 strptime subclasses today \
      valid_civil? valid_commercial? valid_date? valid_jd? valid_ordinal? xmlschema yaml_tag",
    ),
    (
        "DateTime",
        "_httpdate _iso8601 _jisx0301 _load _parse _rfc2822 _rfc3339 _rfc822 _strptime _xmlschema \
      civil commercial gregorian_leap? httpdate iso8601 jd jisx0301 json_creatable? \
      julian_leap? leap? new now ordinal parse rfc2822 rfc3339 rfc822 strptime subclasses \
      valid_civil? valid_commercial? valid_date? valid_jd? valid_ordinal? xmlschema yaml_tag",
    ),
    ("Struct", "json_creatable? new subclasses yaml_tag"),
    ("Proc", "json_creatable? new subclasses yaml_tag"),
    ("Range", "json_creatable? new subclasses yaml_tag"),
    ("Set", "[] json_creatable? new subclasses yaml_tag"),
    ("IPAddr", "json_creatable? new new_ntoh ntop subclasses yaml_tag"),
    (
        "File",
        "absolute_path absolute_path? atime basename binread binwrite birthtime blockdev? chardev? \
      chmod chown copy_stream ctime delete directory? dirname empty? executable? \
      executable_real? exist? exists? expand_path extname file? fnmatch fnmatch? for_fd \
      foreach ftype grpowned? identical? join json_creatable? lchmod lchown link lstat lutime \
      mkfifo mtime new open owned? path pipe pipe? popen read readable? readable_real? \
      readlines readlink realdirpath realpath rename select setgid? setuid? size size? socket? \
      split stat sticky? subclasses symlink symlink? sysopen truncate try_convert umask unlink \
      utime world_readable? world_writable? writable? writable_real? write yaml_tag zero?",
    ),
    (
        "Dir",
        "[] chdir children chroot delete each_child empty? entries exist? exists? foreach getwd \
      glob home json_creatable? mkdir mktmpdir new open pwd rmdir subclasses tmpdir unlink \
      yaml_tag",
    ),
    (
        "IO",
        "binread binwrite copy_stream for_fd foreach json_creatable? new open pipe popen read \
      readlines select subclasses sysopen try_convert write yaml_tag",
    ),
    (
        "Process",
        "< <= > >= _fork abort alias_method ancestors argv0 attr attr_accessor attr_reader \
      attr_writer autoload autoload? class_eval class_exec class_variable_defined? \
      class_variable_get class_variable_set class_variables clock_getres clock_gettime \
      const_defined? const_get const_missing const_set const_source_location constants daemon \
      define_method deprecate_constant detach egid egid= euid euid= exec exit exit! fork \
      getpgid getpgrp getpriority getrlimit getsid gid gid= groups groups= include include? \
      included_modules initgroups instance_method instance_methods kill last_status maxgroups \
      maxgroups= method_defined? module_eval module_exec name pid ppid prepend \
      private_class_method private_constant private_instance_methods private_method_defined? \
      protected_instance_methods protected_method_defined? public_class_method public_constant \
      public_instance_method public_instance_methods public_method_defined? \
      remove_class_variable remove_method setpgid setpgrp setpriority setproctitle setrlimit \
      setsid singleton_class? spawn times uid uid= undef_method wait wait2 waitall waitpid \
      waitpid2",
    ),
    (
        "Math",
        "< <= > >= acos acosh alias_method ancestors asin asinh atan atan2 atanh attr \
      attr_accessor attr_reader attr_writer autoload autoload? cbrt class_eval class_exec \
      class_variable_defined? class_variable_get class_variable_set class_variables \
      const_defined? const_get const_missing const_set const_source_location constants cos \
      cosh define_method deprecate_constant erf erfc exp frexp gamma hypot include include? \
      included_modules instance_method instance_methods ldexp lgamma log log10 log2 \
      method_defined? module_eval module_exec name prepend private_class_method \
      private_constant private_instance_methods private_method_defined? \
      protected_instance_methods protected_method_defined? public_class_method public_constant \
      public_instance_method public_instance_methods public_method_defined? \
      remove_class_variable remove_method sin singleton_class? sinh sqrt tan tanh undef_method",
    ),
    (
        "Base64",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants decode64 define_method deprecate_constant encode64 \
      include include? included_modules instance_method instance_methods method_defined? \
      module_eval module_exec name prepend private_class_method private_constant \
      private_instance_methods private_method_defined? protected_instance_methods \
      protected_method_defined? public_class_method public_constant public_instance_method \
      public_instance_methods public_method_defined? remove_class_variable remove_method \
      singleton_class? strict_decode64 strict_encode64 undef_method urlsafe_decode64 \
      urlsafe_encode64",
    ),
    (
        "JSON",
        "< <= > >= [] alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants create_fast_state create_id create_id= \
      create_pretty_state deep_const_get define_method deprecate_constant dump \
      dump_default_options dump_default_options= fast_generate fast_unparse generate generator \
      generator= iconv include include? included_modules instance_method instance_methods load \
      load_default_options load_default_options= load_file load_file! method_defined? \
      module_eval module_exec name parse parse! parser parser= prepend pretty_generate \
      pretty_unparse private_class_method private_constant private_instance_methods \
      private_method_defined? protected_instance_methods protected_method_defined? \
      public_class_method public_constant public_instance_method public_instance_methods \
      public_method_defined? recurse_proc remove_class_variable remove_method restore \
      singleton_class? state state= undef_method unparse",
    ),
    (
        "YAML",
        "< <= > >= add_builtin_type add_domain_type add_tag alias_method ancestors attr \
      attr_accessor attr_reader attr_writer autoload autoload? class_eval class_exec \
      class_variable_defined? class_variable_get class_variable_set class_variables config \
      const_defined? const_get const_missing const_set const_source_location constants \
      define_method deprecate_constant domain_types domain_types= dump dump_stream dump_tags \
      dump_tags= include include? included_modules instance_method instance_methods \
      libyaml_version load load_file load_stream load_tags load_tags= method_defined? \
      module_eval module_exec name parse parse_file parse_stream parser prepend \
      private_class_method private_constant private_instance_methods private_method_defined? \
      protected_instance_methods protected_method_defined? public_class_method public_constant \
      public_instance_method public_instance_methods public_method_defined? \
      remove_class_variable remove_method remove_type safe_dump safe_load safe_load_file \
      singleton_class? undef_method unsafe_load unsafe_load_file",
    ),
    (
        "Digest",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants define_method deprecate_constant hexencode include \
      include? included_modules instance_method instance_methods method_defined? module_eval \
      module_exec name prepend private_class_method private_constant private_instance_methods \
      private_method_defined? protected_instance_methods protected_method_defined? \
      public_class_method public_constant public_instance_method public_instance_methods \
      public_method_defined? remove_class_variable remove_method singleton_class? undef_method",
    ),
    ("Digest::MD5", "base64digest digest file hexdigest json_creatable? new subclasses yaml_tag"),
    ("Digest::SHA1", "base64digest digest file hexdigest json_creatable? new subclasses yaml_tag"),
    ("Digest::SHA256", "base64digest digest file hexdigest json_creatable? new subclasses yaml_tag"),
    ("Digest::SHA384", "base64digest digest file hexdigest json_creatable? new subclasses yaml_tag"),
    ("Digest::SHA512", "base64digest digest file hexdigest json_creatable? new subclasses yaml_tag"),
    (
        "Shellwords",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants define_method deprecate_constant escape include include? \
      included_modules instance_method instance_methods join method_defined? module_eval \
      module_exec name prepend private_class_method private_constant private_instance_methods \
      private_method_defined? protected_instance_methods protected_method_defined? \
      public_class_method public_constant public_instance_method public_instance_methods \
      public_method_defined? remove_class_variable remove_method shellescape shelljoin \
      shellsplit shellwords singleton_class? split undef_method",
    ),
    (
        "CGI",
        "accept_charset accept_charset= escape escapeElement escapeHTML escapeURIComponent \
      escape_element escape_html h json_creatable? new parse pretty rfc1123_date subclasses \
      unescape unescapeElement unescapeHTML unescapeURIComponent unescape_element \
      unescape_html yaml_tag",
    ),
    ("ERB", "json_creatable? new subclasses version yaml_tag"),
    (
        "ERB::Util",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants define_method deprecate_constant h html_escape include \
      include? included_modules instance_method instance_methods method_defined? module_eval \
      module_exec name prepend private_class_method private_constant private_instance_methods \
      private_method_defined? protected_instance_methods protected_method_defined? \
      public_class_method public_constant public_instance_method public_instance_methods \
      public_method_defined? remove_class_variable remove_method singleton_class? u \
      undef_method url_encode",
    ),
    (
        "URI",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants decode_uri_component decode_www_form \
      decode_www_form_component define_method deprecate_constant encode_uri_component \
      encode_www_form encode_www_form_component extract for get_encoding include include? \
      included_modules instance_method instance_methods join method_defined? module_eval \
      module_exec name parse prepend private_class_method private_constant \
      private_instance_methods private_method_defined? protected_instance_methods \
      protected_method_defined? public_class_method public_constant public_instance_method \
      public_instance_methods public_method_defined? regexp register_scheme \
      remove_class_variable remove_method scheme_list singleton_class? split undef_method",
    ),
    (
        "SecureRandom",
        "< <= > >= alias_method alphanumeric ancestors attr attr_accessor attr_reader attr_writer \
      autoload autoload? base64 bytes class_eval class_exec class_variable_defined? \
      class_variable_get class_variable_set class_variables const_defined? const_get \
      const_missing const_set const_source_location constants define_method deprecate_constant \
      gen_random hex include include? included_modules instance_method instance_methods \
      method_defined? module_eval module_exec name prepend private_class_method \
      private_constant private_instance_methods private_method_defined? \
      protected_instance_methods protected_method_defined? public_class_method public_constant \
      public_instance_method public_instance_methods public_method_defined? rand random_bytes \
      random_number remove_class_variable remove_method singleton_class? undef_method \
      urlsafe_base64 uuid",
    ),
    (
        "Random",
        "alphanumeric base64 bytes hex json_creatable? new new_seed rand random_bytes \
      random_number seed srand subclasses urandom urlsafe_base64 uuid yaml_tag",
    ),
    (
        "Kernel",
        "< <= > >= Array Complex Float Hash Integer Pathname Rational String URI __callee__ \
      __dir__ __method__ ` abort alias_method ancestors at_exit attr attr_accessor attr_reader \
      attr_writer autoload autoload? binding block_given? caller caller_locations catch \
      class_eval class_exec class_variable_defined? class_variable_get class_variable_set \
      class_variables const_defined? const_get const_missing const_set const_source_location \
      constants define_method deprecate_constant eval exec exit exit! fail fork format gets \
      global_variables include include? included_modules instance_method instance_methods \
      iterator? lambda load local_variables loop method_defined? module_eval module_exec name \
      open p prepend print printf private_class_method private_constant \
      private_instance_methods private_method_defined? proc protected_instance_methods \
      protected_method_defined? public_class_method public_constant public_instance_method \
      public_instance_methods public_method_defined? putc puts raise rand readline readlines \
      remove_class_variable remove_method require require_relative select set_trace_func \
      singleton_class? sleep spawn sprintf srand syscall system test throw trace_var trap \
      undef_method untrace_var warn",
    ),
    (
        "GC",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer auto_compact \
      auto_compact= autoload autoload? class_eval class_exec class_variable_defined? \
      class_variable_get class_variable_set class_variables compact const_defined? const_get \
      const_missing const_set const_source_location constants count define_method \
      deprecate_constant disable enable include include? included_modules instance_method \
      instance_methods latest_compact_info latest_gc_info measure_total_time \
      measure_total_time= method_defined? module_eval module_exec name prepend \
      private_class_method private_constant private_instance_methods private_method_defined? \
      protected_instance_methods protected_method_defined? public_class_method public_constant \
      public_instance_method public_instance_methods public_method_defined? \
      remove_class_variable remove_method singleton_class? start stat stress stress= \
      total_time undef_method using_rvargc? verify_compaction_references \
      verify_internal_consistency verify_transient_heap_internal_consistency",
    ),
    (
        "ObjectSpace",
        "< <= > >= _id2ref alias_method ancestors attr attr_accessor attr_reader attr_writer \
      autoload autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants count_objects define_finalizer define_method \
      deprecate_constant each_object garbage_collect include include? included_modules \
      instance_method instance_methods method_defined? module_eval module_exec name prepend \
      private_class_method private_constant private_instance_methods private_method_defined? \
      protected_instance_methods protected_method_defined? public_class_method public_constant \
      public_instance_method public_instance_methods public_method_defined? \
      remove_class_variable remove_method singleton_class? undef_method undefine_finalizer",
    ),
    (
        "Signal",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants define_method deprecate_constant include include? \
      included_modules instance_method instance_methods list method_defined? module_eval \
      module_exec name prepend private_class_method private_constant private_instance_methods \
      private_method_defined? protected_instance_methods protected_method_defined? \
      public_class_method public_constant public_instance_method public_instance_methods \
      public_method_defined? remove_class_variable remove_method signame singleton_class? trap \
      undef_method",
    ),
    (
        "FileUtils",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? cd chdir chmod chmod_R chown chown_R class_eval class_exec \
      class_variable_defined? class_variable_get class_variable_set class_variables cmp \
      collect_method commands compare_file compare_stream const_defined? const_get \
      const_missing const_set const_source_location constants copy copy_entry copy_file \
      copy_stream cp cp_lr cp_r define_method deprecate_constant getwd have_option? identical? \
      include include? included_modules install instance_method instance_methods link \
      link_entry ln ln_s ln_sf makedirs method_defined? mkdir mkdir_p mkpath module_eval \
      module_exec move mv name options options_of prepend private_class_method \
      private_constant private_instance_methods private_method_defined? \
      private_module_function protected_instance_methods protected_method_defined? \
      public_class_method public_constant public_instance_method public_instance_methods \
      public_method_defined? pwd remove remove_class_variable remove_dir remove_entry \
      remove_entry_secure remove_file remove_method rm rm_f rm_r rm_rf rmdir rmtree \
      safe_unlink singleton_class? symlink touch undef_method uptodate?",
    ),
    (
        "Open3",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? capture2 capture2e capture3 class_eval class_exec class_variable_defined? \
      class_variable_get class_variable_set class_variables const_defined? const_get \
      const_missing const_set const_source_location constants define_method deprecate_constant \
      include include? included_modules instance_method instance_methods method_defined? \
      module_eval module_exec name pipeline pipeline_r pipeline_rw pipeline_start pipeline_w \
      popen2 popen2e popen3 prepend private_class_method private_constant \
      private_instance_methods private_method_defined? protected_instance_methods \
      protected_method_defined? public_class_method public_constant public_instance_method \
      public_instance_methods public_method_defined? remove_class_variable remove_method \
      singleton_class? undef_method",
    ),
    (
        "Socket",
        "accept_loop binread binwrite copy_stream do_not_reverse_lookup do_not_reverse_lookup= \
      for_fd foreach getaddrinfo gethostbyaddr gethostbyname gethostname getifaddrs \
      getnameinfo getservbyname getservbyport ip_address_list json_creatable? new open \
      pack_sockaddr_in pack_sockaddr_un pair pipe popen read readlines select sockaddr_in \
      sockaddr_un socketpair subclasses sysopen tcp tcp_server_loop tcp_server_sockets \
      try_convert udp_server_loop udp_server_loop_on udp_server_recv udp_server_sockets unix \
      unix_server_loop unix_server_socket unpack_sockaddr_in unpack_sockaddr_un write yaml_tag",
    ),
    (
        "TCPSocket",
        "binread binwrite copy_stream do_not_reverse_lookup do_not_reverse_lookup= for_fd foreach \
      getaddress gethostbyname json_creatable? new open pipe popen read readlines select \
      subclasses sysopen try_convert write yaml_tag",
    ),
    ("StringIO", "json_creatable? new open subclasses yaml_tag"),
    ("Pathname", "getwd glob json_creatable? new pwd subclasses yaml_tag"),
    (
        "Encoding",
        "_load aliases compatible? default_external default_external= default_internal \
      default_internal= find json_creatable? list locale_charmap name_list subclasses yaml_tag \
      new",
    ),
    (
        "Comparable",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants define_method deprecate_constant include include? \
      included_modules instance_method instance_methods method_defined? module_eval \
      module_exec name prepend private_class_method private_constant private_instance_methods \
      private_method_defined? protected_instance_methods protected_method_defined? \
      public_class_method public_constant public_instance_method public_instance_methods \
      public_method_defined? remove_class_variable remove_method singleton_class? undef_method",
    ),
    (
        "Enumerable",
        "< <= > >= alias_method ancestors attr attr_accessor attr_reader attr_writer autoload \
      autoload? class_eval class_exec class_variable_defined? class_variable_get \
      class_variable_set class_variables const_defined? const_get const_missing const_set \
      const_source_location constants define_method deprecate_constant include include? \
      included_modules instance_method instance_methods method_defined? module_eval \
      module_exec name prepend private_class_method private_constant private_instance_methods \
      private_method_defined? protected_instance_methods protected_method_defined? \
      public_class_method public_constant public_instance_method public_instance_methods \
      public_method_defined? remove_class_variable remove_method singleton_class? undef_method",
    ),
    ("Exception", "exception json_creatable? new subclasses to_tty? yaml_tag"),
    ("Class", "constants json_creatable? nesting new subclasses used_modules yaml_tag"),
    ("Module", "constants json_creatable? nesting new subclasses used_modules yaml_tag"),
];
