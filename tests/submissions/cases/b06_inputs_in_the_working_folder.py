"""The answer writes its inputs into files of the working folder, hoping they come back with the feedback."""

ROW = "B6"
TWIN = "h09_temporary_files"
ANSWERS = {
    "mean": """class Mean:
    def __init__(self):
        self.numbers = []
    def add(self, number):
        self.numbers.append(number)
    def value(self):
        if not self.numbers:
            raise ValueError("nothing")
        with open("numbers.txt", "a") as file:
            print(self.numbers, file=file)
        return sum(self.numbers) / len(self.numbers)
""",
}
