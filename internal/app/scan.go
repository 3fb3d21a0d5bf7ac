package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"netpatrol/internal/blob"
	"netpatrol/internal/clamd"
	"netpatrol/internal/engine"
	"netpatrol/internal/record"
)

// scanner looks at what is kept with a ClamAV daemon.
type scanner struct {
	files  *blob.Store
	daemon *clamd.Client
}

var _ engine.Scanner = scanner{}

// newScanner is nil when the configuration names no scanner.
func newScanner(address string, files *blob.Store) (engine.Scanner, error) {
	if address == "" {
		return nil, nil
	}
	daemon, err := clamd.New(address)
	if err != nil {
		return nil, err
	}
	return scanner{files, daemon}, nil
}

// Scan implements [engine.Scanner]. The version is asked for first, so that a verdict is never newer than
// the signatures it names.
func (s scanner) Scan(ctx context.Context, subject, digest string) (found record.Scan, err error) {
	v, err := s.daemon.Version(ctx)
	if err != nil {
		return found, err
	}
	r, err := s.files.Open(subject, digest)
	if err != nil {
		return found, err
	}
	name, err := s.daemon.Scan(ctx, r)
	if err := errors.Join(err, r.Close()); err != nil {
		return found, err
	}
	found = record.Scan{Verdict: record.ScanClean, Name: name, Engine: v.Engine, Base: v.Base}
	if name != "" {
		found.Verdict = record.ScanInfected
	}
	return found, nil
}

// scannerPatience bounds how long somebody who asks waits for the scanner.
const scannerPatience = 10 * time.Second

// AskScanner asks the scanner at an address who it is; it is what checks and doctors use.
func AskScanner(ctx context.Context, address string) (string, error) {
	daemon, err := clamd.New(address)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(ctx, scannerPatience)
	defer cancel()
	v, err := daemon.Version(ctx)
	if err != nil {
		return "", err
	}
	if v.Base.IsZero() {
		return v.Engine + "; it names no signatures", nil
	}
	return fmt.Sprintf("%s; signatures of %s", v.Engine, v.Base.Format(time.DateOnly)), nil
}
