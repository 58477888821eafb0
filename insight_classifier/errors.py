"""Everything that can go wrong, as one tree; each error carries a stable code and says how to mend it.

InsightError
├── InputError                 the person's input: exit status 2, HTTP 4xx
│   ├── DefinitionError        a definition file is wrong
│   ├── NoteError              one note cannot be read or judged
│   ├── LabelError             a labelled note contradicts the definition
│   ├── FileError              a file is missing, unreadable or of the wrong shape
│   ├── ArgumentError          arguments of a command that do not go together
│   └── ConfigError            a training setting is unknown or out of range
└── ModelError                 a model folder cannot be used: missing, altered or foreign file
"""


class InsightError(Exception):
    """Base of all errors that this project raises on purpose."""

    code = "error"


class InputError(InsightError):
    code = "invalid_input"


class DefinitionError(InputError):
    code = "invalid_definition"


class NoteError(InputError):
    """One note that cannot be judged; `code` may be narrowed by the raiser."""

    code = "invalid_note"

    def __init__(self, detail: str, code: str | None = None) -> None:
        super().__init__(detail)
        self.code = code or type(self).code


class LabelError(InputError):
    code = "invalid_label"


class FileError(InputError):
    code = "invalid_file"


class ArgumentError(InputError):
    code = "invalid_argument"


class ConfigError(InputError):
    code = "invalid_setting"


class ModelError(InsightError):
    code = "invalid_model"
