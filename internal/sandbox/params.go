package sandbox

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
)

// readParams gathers the parameters of a call, however they were sent.
func (c *call) readParams() error {
	c.params = c.r.URL.Query()
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "application/json":
		err = c.readJSON()
	case "multipart/form-data":
		err = c.readMultipart()
	case "application/x-www-form-urlencoded":
		if err = c.r.ParseForm(); err == nil {
			mergeValues(c.params, c.r.PostForm)
		}
	}
	if err != nil {
		return &apiError{http.StatusBadRequest, "Error occurred while parsing request parameters"}
	}
	return nil
}

func mergeValues(into, from url.Values) {
	for name, values := range from {
		into[name] = append(into[name], values...)
	}
}

// readJSON flattens a JSON object: a list under "types" is read as "types[]".
func (c *call) readJSON() error {
	var body map[string]any
	d := json.NewDecoder(c.r.Body)
	d.UseNumber()
	if err := d.Decode(&body); err != nil {
		return err
	}
	for name, value := range body {
		switch v := value.(type) {
		case nil:
		case []any:
			for _, x := range v {
				c.params.Add(name+"[]", fmt.Sprint(x))
			}
		default:
			c.params.Add(name, fmt.Sprint(v))
		}
	}
	return nil
}

func (c *call) readMultipart() error {
	if err := c.r.ParseMultipartForm(maxBody); err != nil {
		return err
	}
	defer c.r.MultipartForm.RemoveAll()
	mergeValues(c.params, c.r.MultipartForm.Value)
	for _, h := range c.r.MultipartForm.File["file"] {
		f, err := h.Open()
		if err != nil {
			return err
		}
		defer f.Close()
		c.mime = h.Header.Get("Content-Type")
		if c.file, err = io.ReadAll(f); err != nil {
			return err
		}
	}
	return nil
}

func (c *call) param(name string) string { return c.params.Get(name) }

// flag reads a boolean as Rails does: anything but these means yes.
func (c *call) flag(name string) bool {
	switch c.params.Get(name) {
	case "", "0", "f", "F", "false", "FALSE", "off", "OFF":
		return false
	}
	return true
}

// list reads name[]=a&name[]=b.
func (c *call) list(name string) []string { return c.params[name+"[]"] }

func (c *call) number(name string, otherwise int) int {
	if n, err := strconv.Atoi(c.params.Get(name)); err == nil {
		return n
	}
	return otherwise
}
