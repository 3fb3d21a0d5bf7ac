// Package bots is the vocabulary.
package bots

type Event struct{ ID string }
