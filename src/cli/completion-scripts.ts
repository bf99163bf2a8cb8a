// The scripts with which bash and fish complete our command lines. yargs makes the one for zsh. Its scripts for the
// other two cannot be used where names come from a server: the one for bash puts them between double quotes, where
// $(...) is executed.

/** Words are divided here and not by bash, to which `=` and `:` end one; what comes back is quoted already. */
export const bashScript = `\
# Completion of interimap in bash. For bash-completion:
#   interimap --completion=bash > ~/.local/share/bash-completion/completions/interimap
_interimap() {
  local line="\${COMP_LINE:0:COMP_POINT}" word
  COMPREPLY=()
  while IFS= read -r word; do
    COMPREPLY+=("$word")
  done < <(interimap --get-yargs-completions bash "$line" "\${COMP_WORDS[COMP_CWORD]}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 0 && $line =~ --config[=\\ ][^\\ ]*$ ]]; then
    compopt -o default 2>/dev/null
  fi
  return 0
}
complete -F _interimap interimap
`;

/** fish quotes what it inserts. */
export const fishScript = `\
# Completion of interimap in fish:
#   interimap --completion=fish > ~/.config/fish/completions/interimap.fish
complete -c interimap -f -a '(interimap --get-yargs-completions fish (commandline -opc) (commandline -ct) 2>/dev/null)'
complete -c interimap -l config -r -F
`;
