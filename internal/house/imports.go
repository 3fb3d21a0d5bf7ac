package house

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// imports judges what one file imports.
func (v *visit) imports(file *ast.File) {
	room, housed := v.house.room(v.path)
	if !housed {
		v.find(file.Name, "room", "package %s stands in no room of the house: give it one in the design's table first", v.path)
	}
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		if v.module.ours(path) {
			v.own(spec, v.module.rel(path), room)
		} else {
			v.foreign(spec, path)
		}
	}
}

func (h House) room(path string) (Room, bool) {
	i := slices.IndexFunc(h.Rooms, func(r Room) bool { return within(path, r.Trees) })
	if i < 0 {
		return Room{}, false
	}
	return h.Rooms[i], true
}

// own judges an import of another package of the module.
func (v *visit) own(spec ast.Node, path string, room Room) {
	if kit(path) && !kit(v.path) {
		v.find(spec, "kit", "%s imports the test kit %s: kits are for tests only", v.path, path)
	}
	if !may(room.May, path) {
		v.find(spec, "import", "%s must not import %s: %s", v.path, path, room.Why)
	}
}

// may says whether path is listed. "internal" and other trees are meant whole when they
// end in "/*" or are no package themselves; a package listed by name is meant alone.
func may(list []string, path string) bool {
	return slices.ContainsFunc(list, func(l string) bool {
		if l == "internal" {
			return strings.HasPrefix(path, "internal/")
		}
		return path == l || strings.HasSuffix(l, "/*") && within(path, []string{l})
	})
}

// foreign judges an import of the standard library or another module.
func (v *visit) foreign(spec ast.Node, path string) {
	if !kit(v.path) && (path == "testing" || strings.HasPrefix(path, "testing/")) && path != "testing/fstest" {
		v.find(spec, "kit", "%s imports %s: only tests and kits do", v.path, path)
	}
	if within(path, v.house.Databases) && !within(v.path, v.house.Stores) {
		v.find(spec, "database", "%s imports a database: only internal/store does, everybody else goes through records", v.path)
	}
	for _, p := range v.pure() {
		if slices.Contains(p.Imports, path) {
			v.find(spec, "pure", "%s must not import %s: %s", v.path, path, p.Why)
		}
	}
}

// pure lists the purity rules that hold for the package. Kits may touch the world.
func (v *visit) pure() (rules []Pure) {
	for _, p := range v.house.Pure {
		if within(v.path, p.Trees) && !kit(v.path) {
			rules = append(rules, p)
		}
	}
	return rules
}
