package config

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"netpatrol/adapters"
)

// twin ends the key of a secret that is read from a file.
const twin = "_file"

// maxSecret bounds a secret file, in bytes.
const maxSecret = 64 << 10

// secrets decodes "name: value" and "name_file: path". No fault repeats a value.
func (d *decoder) secrets(n ast.Node, v reflect.Value, path string) {
	m := map[string]adapters.Secret{}
	from := map[string]string{}
	for _, e := range d.entries(n, path) {
		base, fromFile := strings.CutSuffix(e.key, twin)
		p := join(path, base)
		if first, both := from[base]; both {
			d.fault(e.at, p, "keep one of the two", "%s is given as %s and as %s", name(p), first, e.key)
			continue
		}
		from[base], d.places[p] = e.key, e.at
		s, ok := d.text(e.value, join(path, e.key))
		if ok && fromFile {
			s, ok = d.secretFile(s, e.at, join(path, e.key))
		}
		if ok && s == "" {
			d.fault(e.at, p, "put the secret there", "%s is empty", name(join(path, e.key)))
		}
		m[base] = adapters.Secret(s)
	}
	v.Set(reflect.ValueOf(m))
}

// secretFile reads a secret. One line break at the end, which editors add, is not part of it.
func (d *decoder) secretFile(file string, at place, path string) (string, bool) {
	b, err := readAtMost(d.beside(file), maxSecret)
	if err != nil {
		d.fault(at, path, "create the file so that netpatrol's user can read it, and nobody else", "%s cannot be read: %v", name(path), cause(err))
		return "", false
	}
	return strings.TrimSuffix(strings.TrimSuffix(string(b), "\n"), "\r"), true
}

var (
	errTooBig = errors.New("the file is too big")
	errNoFile = errors.New("it is not a regular file")
)

// readAtMost reads a regular file; reading a pipe or a device could wait for ever.
func readAtMost(file string, limit int64) ([]byte, error) {
	if info, err := os.Stat(file); err != nil {
		return nil, err
	} else if !info.Mode().IsRegular() {
		return nil, errNoFile
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = errTooBig
	}
	return b, err
}

// cause drops the path from a file error: it may be a secret put under the wrong key.
func cause(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
