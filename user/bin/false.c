/* false.c - failure. */
int main(void)
{
    return 1;
}
