# Each line of the input is a query; the answer is a JSON list of what `parse_qs` makes of each.
import json
import sys
from urllib.parse import parse_qs

print(json.dumps([parse_qs(line.rstrip("\n"), keep_blank_values=True) for line in sys.stdin]))
