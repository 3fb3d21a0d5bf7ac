package house

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// calls judges what one file uses: the clock, goroutines, sending methods. A function
// handed on as a value counts as called.
func (v *visit) calls(file *ast.File) {
	rules := v.pure()
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			for _, p := range rules {
				if p.Go {
					v.find(n, "goroutine", "%s starts a goroutine: %s", v.path, p.Why)
				}
			}
		case *ast.Ident:
			v.use(n, rules)
		}
		return true
	})
}

func (v *visit) use(id *ast.Ident, rules []Pure) {
	f, ok := v.pkg.TypesInfo.Uses[id].(*types.Func)
	if !ok || f.Pkg() == nil {
		return
	}
	if f.Signature().Recv() != nil {
		v.send(id, f)
		return
	}
	for _, p := range rules {
		if name := f.Pkg().Path() + "." + f.Name(); slices.Contains(p.Calls, name) {
			v.find(id, "clock", "%s uses %s: %s", v.path, name, p.Why)
		}
	}
}

// send refuses a sending method outside the outbox, whatever type it is called through:
// the seam's interface, an adapter's own type, or a port of the same shape.
func (v *visit) send(id *ast.Ident, f *types.Func) {
	if kit(v.path) || within(v.path, v.house.Senders) {
		return
	}
	for _, s := range v.house.Sending {
		if f.Name() != s.Method {
			continue
		}
		if i := v.seam(s.Interface); i != nil && satisfies(f.Signature().Recv().Type(), i) {
			v.find(id, "send", "%s uses adapters.%s.%s: only the outbox sends, because it checks the seal and the approval first", v.path, s.Interface, s.Method)
		}
	}
}

func satisfies(t types.Type, i *types.Interface) bool {
	if types.Implements(t, i) {
		return true
	}
	if _, isPointer := t.(*types.Pointer); isPointer || types.IsInterface(t) {
		return false
	}
	return types.Implements(types.NewPointer(t), i)
}

// seam finds an interface of the adapters package as this package sees it.
func (v *visit) seam(name string) *types.Interface {
	path := v.module.Path + "/adapters"
	var find func(p *types.Package, seen map[*types.Package]bool) *types.Package
	find = func(p *types.Package, seen map[*types.Package]bool) *types.Package {
		if p.Path() == path {
			return p
		}
		seen[p] = true
		for _, q := range p.Imports() {
			if !seen[q] {
				if hit := find(q, seen); hit != nil {
					return hit
				}
			}
		}
		return nil
	}
	pkg := find(v.pkg.Types, map[*types.Package]bool{})
	if pkg == nil {
		return nil
	}
	obj := pkg.Scope().Lookup(name)
	if obj == nil {
		return nil
	}
	i, _ := obj.Type().Underlying().(*types.Interface)
	return i
}

// state refuses init functions and package variables that are changed after their
// declaration: hidden inputs that two daemons in one process would share.
func (v *visit) state(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				v.find(n, "init", "%s has an init function: pass what it sets up to whoever needs it", v.path)
			}
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, left := range n.Lhs {
					v.changed(left)
				}
			}
		case *ast.IncDecStmt:
			v.changed(n.X)
		case *ast.RangeStmt:
			if n.Tok == token.ASSIGN {
				v.changed(n.Key)
				v.changed(n.Value)
			}
		case *ast.CallExpr:
			v.builtin(n)
		}
		return true
	})
}

// builtin catches delete, clear and copy, which change their first argument.
func (v *visit) builtin(call *ast.CallExpr) {
	id, ok := call.Fun.(*ast.Ident)
	if !ok || len(call.Args) == 0 {
		return
	}
	if b, ok := v.pkg.TypesInfo.Uses[id].(*types.Builtin); ok && slices.Contains([]string{"delete", "clear", "copy"}, b.Name()) {
		v.changed(call.Args[0])
	}
}

// changed notes an expression that is assigned to, if a package variable is at its root.
func (v *visit) changed(e ast.Expr) {
	for e != nil {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.SelectorExpr:
			if v.variable(x.Sel) {
				return
			}
			e = x.X
		case *ast.Ident:
			v.variable(x)
			return
		default:
			return
		}
	}
}

// variable reports id if it is a package variable, of this package or another.
func (v *visit) variable(id *ast.Ident) bool {
	obj, ok := v.pkg.TypesInfo.Uses[id].(*types.Var)
	if !ok || obj.Pkg() == nil || obj.Parent() != obj.Pkg().Scope() {
		return false
	}
	name := v.module.rel(obj.Pkg().Path()) + "." + obj.Name()
	if _, excused := v.house.Changing[name]; !excused {
		v.find(id, "variable", "%s changes the package variable %s: hold it in a value that somebody owns", v.path, name)
	}
	return true
}

// ports refuses wide interfaces.
func (v *visit) ports(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		obj := v.pkg.TypesInfo.Defs[spec.Name]
		if obj == nil || !types.IsInterface(obj.Type()) {
			return true
		}
		i, ok := obj.Type().Underlying().(*types.Interface)
		if _, excused := v.house.Wide[v.path+"."+spec.Name.Name]; ok && !excused && i.NumMethods() > v.house.Ports {
			v.find(spec, "port", "%s.%s has %d methods: a port declares what its user needs, at most %d", v.path, spec.Name.Name, i.NumMethods(), v.house.Ports)
		}
		return true
	})
}
