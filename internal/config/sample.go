package config

import (
	_ "embed"
	"slices"
)

//go:embed sample.yaml
var sample []byte

// Sample is the annotated netpatrol.yaml that a new station begins with. It loads
// without a fault and configures no account yet.
func Sample() []byte { return slices.Clone(sample) }
