package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"netpatrol/adapters"
)

// FileName is the configuration's name within a directory; AccountsDir holds further
// accounts beside it, one or a list of them in each *.yaml file.
const (
	FileName    = "netpatrol.yaml"
	AccountsDir = "accounts.d"
)

// maxFile bounds a configuration file, in bytes.
const maxFile = 256 << 10

// Checks are what loading needs to know from the assembly.
type Checks struct {
	// Platforms are the manifests by platform name.
	Platforms map[string]adapters.Manifest
	// Schedule says why a schedule cannot be kept; nil: it can. A [*BadSchedule] says where, and
	// errors.Join carries several.
	Schedule func(Schedule) error
}

// Load reads the configuration at path, a file or the directory of a netpatrol.yaml,
// and checks it. Mistakes come back together as [Faults]; a file that cannot be read
// at all is another error. State and secret files are taken relative to the file.
func Load(path string, c Checks) (*Config, error) { return load(path, c, nil) }

// LoadSound is Load for who must go on serving: files of accounts.d in which something is wrong
// are set aside, so that one account that is misconfigured keeps no other from service. It returns
// their faults beside a configuration without them; whatever is wrong elsewhere is an error.
func LoadSound(path string, c Checks) (*Config, Faults, error) {
	var aside Faults
	skip := map[string]bool{}
	for {
		cfg, err := load(path, c, skip)
		var faults Faults
		if !errors.As(err, &faults) {
			return cfg, aside, err
		}
		wrong := slices.DeleteFunc(slices.Clone(faults), func(f Fault) bool { return filepath.Base(filepath.Dir(f.File)) != AccountsDir })
		if len(wrong) == 0 {
			return nil, aside, err
		}
		for _, f := range wrong {
			skip[f.File] = true
		}
		aside = append(aside, wrong...)
	}
}

// load leaves out the files of accounts.d in skip.
func load(path string, c Checks, skip map[string]bool) (*Config, error) {
	file, err := locate(path)
	if err != nil {
		return nil, err
	}
	source, err := readAtMost(file, maxFile)
	if err != nil {
		return nil, fmt.Errorf("read configuration %s: %w", file, cause(err))
	}
	d := newDecoder(file)
	d.skip = skip
	cfg := Default()
	d.whole(source, cfg)
	if err := d.directory(cfg); err != nil {
		return nil, err
	}
	if !d.broken {
		d.check(cfg, c)
	}
	if err := d.faults.err(); err != nil {
		return nil, err
	}
	cfg.State = d.beside(cfg.State)
	cfg.SocketPath = d.besideIfAny(cfg.SocketPath)
	cfg.Audit.Folder = d.besideIfAny(cfg.Audit.Folder)
	for i := range cfg.Units {
		cfg.Units[i].Contact.Folder = d.besideIfAny(cfg.Units[i].Contact.Folder)
	}
	return cfg, nil
}

func locate(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read configuration %s: %w", path, cause(err))
	}
	if info.IsDir() {
		path = filepath.Join(path, FileName)
	}
	return path, nil
}

// whole decodes the main file.
func (d *decoder) whole(source []byte, cfg *Config) {
	if root := d.parse(source); root != nil {
		d.value(root, reflect.ValueOf(cfg).Elem(), "")
	}
}

// directory adds the accounts of accounts.d, in the order of the file names.
func (d *decoder) directory(cfg *Config) error {
	files, err := filepath.Glob(filepath.Join(escape(d.dir), AccountsDir, "*.yaml"))
	if err != nil {
		return fmt.Errorf("list %s: %w", AccountsDir, err)
	}
	main := d.file
	defer func() { d.file = main }()
	for _, file := range files {
		if d.skip[file] {
			continue
		}
		source, err := readAtMost(file, maxFile)
		if d.file = file; err != nil {
			d.note(place{file: file, line: 1, col: 1}, "let the daemon read the file, or move it away", "the file cannot be read: %v", cause(err))
			continue
		}
		d.accounts(source, cfg)
	}
	return nil
}

// accounts decodes one file of accounts.d: an account, or a list of them.
func (d *decoder) accounts(source []byte, cfg *Config) {
	root := d.parse(source)
	if root == nil {
		return
	}
	items := []ast.Node{root}
	if seq, ok := root.(*ast.SequenceNode); ok {
		items = seq.Values
	}
	list := reflect.ValueOf(cfg).Elem().FieldByName("Accounts")
	for _, item := range items {
		d.item(item, list, "accounts")
	}
}

// parse returns the root of the file being read, or nil when it is empty or broken.
func (d *decoder) parse(source []byte) ast.Node {
	f, err := parseYAML(source)
	if err != nil {
		at, what := syntax(err)
		at.file = d.file
		d.broken = true
		d.note(at, "check indentation, quotes and colons around this place", "this is not YAML: %s; the rest could not be checked", what)
		return nil
	}
	var roots []ast.Node
	for _, doc := range f.Docs {
		if doc.Body != nil {
			roots = append(roots, doc.Body)
		}
	}
	if len(roots) > 1 {
		d.note(d.placeOf(roots[1]), "keep one; further accounts go into "+AccountsDir, "the file holds %d YAML documents", len(roots))
	}
	if len(roots) == 0 {
		return nil
	}
	return roots[0]
}

var errParser = errors.New("the parser gave up")

// parseYAML turns a panic of the parser on hostile bytes into an error.
func parseYAML(source []byte) (f *ast.File, err error) {
	defer func() {
		if recover() != nil {
			err = errParser
		}
	}()
	return parser.ParseBytes(source, 0, parser.AllowDuplicateMapKey())
}

// syntax takes place and sentence from a parser's error and leaves its excerpt of the
// source behind, which may hold a secret.
func syntax(err error) (place, string) {
	at := place{line: 1, col: 1}
	var e yaml.Error
	if !errors.As(err, &e) {
		return at, errParser.Error()
	}
	if t := e.GetToken(); t != nil && t.Position != nil {
		at.line, at.col = t.Position.Line, t.Position.Column
	}
	what, _, _ := strings.Cut(e.GetMessage(), "\"")
	return at, strings.TrimSpace(what)
}

// escape makes a directory's name literal for Glob.
func escape(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

// SocketOf finds the daemon's socket without judging the rest of the configuration:
// whoever asks may not be allowed to read its secrets.
func SocketOf(path string) (string, error) {
	file, err := locate(path)
	if err != nil {
		return "", err
	}
	source, err := readAtMost(file, maxFile)
	if err != nil {
		return "", fmt.Errorf("read configuration %s: %w", file, cause(err))
	}
	d, cfg := newDecoder(file), Default()
	if root := d.parse(source); root != nil {
		for _, e := range d.entries(root, "") {
			switch e.key {
			case "state":
				d.value(e.value, reflect.ValueOf(&cfg.State).Elem(), e.key)
			case "socket":
				d.value(e.value, reflect.ValueOf(&cfg.SocketPath).Elem(), e.key)
			}
		}
	}
	if err := d.faults.err(); err != nil {
		return "", err
	}
	cfg.State = d.beside(cfg.State)
	cfg.SocketPath = d.besideIfAny(cfg.SocketPath)
	return cfg.Socket(), nil
}

func (d *decoder) besideIfAny(path string) string {
	if path == "" {
		return ""
	}
	return d.beside(path)
}

// beside makes a path relative to the file that names it.
func (d *decoder) beside(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(d.dir, path)
}
